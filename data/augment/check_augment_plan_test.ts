import assert from "node:assert/strict";
import { checkAugmentPlan } from "./check_augment_plan.ts";

const base = { size: [8, 8], mean: [0, 0, 0], std: [1, 1, 1] };

function assertRefused(plan: unknown, name: "TypeError" | "RangeError", message: string): void {
  assert.throws(() => checkAugmentPlan(plan), { name, message });
}

Deno.test("checkAugmentPlan() takes what JSON made of a plan", () => {
  const plan = {
    ...base,
    shared: [{ kind: "resize", size: 10 }, { kind: "resize", size: [9, 12], interpolation: "bicubic" }],
    views: [[{ kind: "centerCrop" }], [{ kind: "randomErasing", value: "noise" }]],
  };
  assert.deepEqual(checkAugmentPlan(JSON.parse(JSON.stringify(plan))), plan);
});

Deno.test("checkAugmentPlan() names the field, its value and what to give", () => {
  const view = (...transforms: unknown[]) => ({ ...base, views: [transforms] });
  assertRefused(
    view({ kind: "flipp" }),
    "TypeError",
    'plan.views[0][0].kind is "flipp": did you mean "flip"? Choose one of randomResizedCrop, resize, centerCrop, flip, ' +
      "colorJitter, grayscale, gaussianBlur, solarize, randAugment, randomErasing",
  );
  assertRefused(
    view({ kind: "flip", probabilty: 1 }),
    "TypeError",
    'plan.views[0][0] has no field "probabilty": did you mean "probability"?',
  );
  assertRefused(
    view({ kind: "flip" }, { kind: "gaussianBlur", kernelSize: 3 }),
    "TypeError",
    'plan.views[0][1] lacks "sigma": give [smallest, largest] in (0, ∞)',
  );
  assertRefused(
    view({ kind: "gaussianBlur", kernelSize: 3, sigma: [2, 1] }),
    "RangeError",
    "plan.views[0][0].sigma is [2,1]: give [smallest, largest] in (0, ∞)",
  );
  assertRefused(
    view({ kind: "randomResizedCrop", scale: [0, 1] }),
    "RangeError",
    "plan.views[0][0].scale is [0,1]: give [smallest, largest] in (0, 1]",
  );
  assertRefused(
    view({ kind: "resize", size: 0 }),
    "RangeError",
    "plan.views[0][0].size is 0: give a whole number in 1…16384, or a list of 2",
  );
  assertRefused(
    view({ kind: "colorJitter", hue: 0.6 }),
    "RangeError",
    "plan.views[0][0].hue is 0.6: give a number in [0, 0.5]",
  );
  assertRefused(
    view({ kind: "randomErasing" }, { kind: "flip" }),
    "RangeError",
    'plan.views[0][0] is "randomErasing": make it the last of its view',
  );
  assertRefused(
    view({ kind: "randAugment", fill: [0] }),
    "RangeError",
    "plan.views[0][0].fill has 1 values: give one for each of 3 channels",
  );
  assertRefused({ ...base }, "TypeError", 'plan lacks "views": give a list of transforms for each view');
  assertRefused(
    { ...base, views: [] },
    "RangeError",
    "plan.views is []: give a list of transforms for each view",
  );
  assertRefused(
    { ...base, views: [[]], std: [1, 1] },
    "RangeError",
    "plan.mean has 3 values and plan.std 2: give one of each for every channel",
  );
  assertRefused(null, "TypeError", "plan is null: give an object");
  assertRefused(view(null).views, "TypeError", "plan is [[null]]: give an object");
  const nan = view({ kind: "flip", probability: NaN });
  assertRefused(nan, "RangeError", "plan.views[0][0].probability is NaN: give a number in [0, 1]");
});
