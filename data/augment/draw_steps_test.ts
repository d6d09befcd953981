import type { ImageStep } from "@lacuna/tensor/image-views";
import fc from "fast-check";
import assert from "node:assert/strict";
import { drawSteps } from "./draw_steps.ts";
import { byolViews } from "./byol_views.ts";
import type { AugmentPlan, Transform } from "./transform.ts";

const numDraws = 4000;

/** Numbers of a uniform distribution lie this near to it: the Kolmogorov-Smirnov bound that one in 1,000 exceeds. */
const uniformBound = 1.95 / Math.sqrt(numDraws);

function planOf(...view: Transform[]): AugmentPlan {
  return { size: [8, 8], views: [view], mean: [0, 0, 0], std: [1, 1, 1] };
}

/** A plan's only view of many samples. */
function draws(plan: AugmentPlan, size = { height: 300, width: 400 }): (readonly ImageStep[])[] {
  return Array.from(
    { length: numDraws },
    (_, sample) => drawSteps(plan, size, { seed: 1, epoch: 2, sample }).views[0]!,
  );
}

function assertUniform(values: readonly number[], low: number, high: number): void {
  const sorted = values.toSorted((a, b) => a - b);
  const distance = Math.max(
    ...sorted.map((value, i) => Math.abs((value - low) / (high - low) - (i + 0.5) / sorted.length)),
  );
  assert.ok(distance < uniformBound * Math.sqrt(numDraws / values.length), `${distance}`);
}

/** Of so many draws with a probability, five standard deviations around what is expected. */
function assertShare(count: number, total: number, probability: number): void {
  const deviation = Math.sqrt(total * probability * (1 - probability));
  assert.ok(Math.abs(count - total * probability) <= 5 * deviation, `${count} of ${total}`);
}

Deno.test("drawSteps() draws crops of uniform area and log-uniform ratio, anywhere", () => {
  const size = { height: 3000, width: 3000 };
  const views = draws(planOf({ kind: "randomResizedCrop", scale: [0.1, 0.5], ratio: [0.5, 2] }), size);
  const boxes = views.map(([step]) => (step as Extract<ImageStep, { kind: "resize" }>).box!);
  assertUniform(boxes.map(({ height, width }) => height * width / 9e6), 0.1, 0.5);
  assertUniform(boxes.map(({ height, width }) => Math.log(width / height)), Math.log(0.5), Math.log(2));
  assertUniform(boxes.map(({ top, height }) => (top + 0.5) / (3001 - height)), 0, 1);
  assertUniform(boxes.map(({ left, width }) => (left + 0.5) / (3001 - width)), 0, 1);
});

Deno.test("drawSteps() takes the largest centred box where none fits", () => {
  const [step] = draws(planOf({ kind: "randomResizedCrop", ratio: [1, 2] }), { height: 100, width: 2 })[0]!;
  assert.deepEqual(step, {
    kind: "resize",
    box: { top: 49, left: 0, height: 2, width: 2 }, // ratio 1
    height: 8,
    width: 8,
    filter: "bilinear",
    antialias: true,
  });
});

Deno.test("drawSteps() takes each transform as often as it should", () => {
  const transforms: Transform[] = [
    { kind: "flip", probability: 0.3 },
    { kind: "grayscale", probability: 0.2 },
    { kind: "solarize", probability: 0.1 },
    { kind: "gaussianBlur", sigma: [0.1, 2], kernelSize: 3, probability: 0.6 },
    { kind: "randomErasing", probability: 0.25 },
  ];
  const steps = draws(planOf(...transforms)).flat();
  const kinds = ["flip", "grayscale", "solarize", "blur", "erase"];
  const counts = kinds.map((kind) => steps.filter((step) => step.kind === kind).length);
  [0.3, 0.2, 0.1, 0.6, 0.25].forEach((probability, i) => assertShare(counts[i]!, numDraws, probability));
  assertUniform(steps.flatMap((step) => step.kind === "blur" ? [step.sigma] : []), 0.1, 2);
});

Deno.test("drawSteps() jitters by uniform factors in each of 24 orders equally often", () => {
  const views = draws(
    planOf({
      kind: "colorJitter",
      brightness: 0.4,
      contrast: 1.5,
      saturation: 0.2,
      hue: 0.1,
      probability: 0.8,
    }),
  ).filter((view) => view.length > 0);
  assertShare(views.length, numDraws, 0.8);
  const factors = (kind: string) =>
    views.map((view) =>
      view.find((step) => step.kind === kind) as unknown as { factor: number; shift: number }
    );
  assertUniform(factors("brightness").map(({ factor }) => factor), 0.6, 1.4);
  assertUniform(factors("contrast").map(({ factor }) => factor), 0, 2.5);
  assertUniform(factors("saturation").map(({ factor }) => factor), 0.8, 1.2);
  assertUniform(factors("hue").map(({ shift }) => shift), -0.1, 0.1);
  const orders = new Map<string, number>();
  for (const view of views) {
    const order = view.map(({ kind }) => kind).join();
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 24);
  for (const count of orders.values()) assertShare(count, views.length, 1 / 24);
});

Deno.test("drawSteps() draws each of RandAugment's 14 operations, and both sides, equally often", () => {
  const steps = draws(planOf({ kind: "randAugment", numOps: 3, magnitude: 10 })).flat();
  const total = 3 * numDraws;
  const is = (kind: ImageStep["kind"]) => steps.filter((step) => step.kind === kind);
  for (
    const kind of ["brightness", "contrast", "saturation", "sharpness", "posterize", "equalize"] as const
  ) {
    assertShare(is(kind).length, total, 1 / 14);
  }
  assertShare(is("affine").length, total, 5 / 14);
  assertShare(total - steps.length, total, 1 / 14); // identity
  const factors = is("brightness").map((step) => Math.round(100 * (step as { factor: number }).factor));
  assert.deepEqual([...new Set(factors)].sort((a, b) => a - b), [70, 130]); // 1 ± 0.9 · 10 / 30
  assertShare(factors.filter((factor) => factor === 70).length, factors.length, 0.5);
});

Deno.test("drawSteps() spreads the magnitude normally, within 0…30", () => {
  const plan = planOf({ kind: "randAugment", numOps: 4, magnitude: 29, magnitudeStd: 2 });
  const magnitudes = draws(plan).flat().flatMap((step) =>
    step.kind === "solarize" ? [30 * (1 - step.threshold)] : []
  );
  assert.ok(Math.max(...magnitudes) <= 30 && Math.min(...magnitudes) >= 0);
  assertShare(magnitudes.filter((m) => m < 27).length, magnitudes.length, 0.1587); // below one deviation
  assertShare(magnitudes.filter((m) => m >= 30 - 1e-9).length, magnitudes.length, 0.3085); // above half of one
});

Deno.test("drawSteps() erases boxes of uniform area, of a number or of noise after the normalization", () => {
  const plan = {
    ...planOf({ kind: "randomErasing", probability: 1, scale: [0.02, 0.2], value: "noise" }),
    mean: [0.5, 0, 0],
    std: [0.25, 1, 1],
  } as const;
  const size = { height: 60, width: 60 };
  const erased = Array.from({ length: 300 }, (_, sample) => {
    const [step] = drawSteps(plan, size, { seed: 0, epoch: 0, sample }).views[0]!;
    return step as Extract<ImageStep, { kind: "erase" }>;
  });
  const reds = erased.flatMap(({ values }) => Array.from(values).filter((_, i) => i % 3 === 0));
  const mean = reds.reduce((sum, value) => sum + value, 0) / reds.length;
  const variance = reds.reduce((sum, value) => sum + (value - mean) ** 2, 0) / reds.length;
  assert.ok(Math.abs(mean - 0.5) < 5 * 0.25 / Math.sqrt(reds.length)); // five standard errors
  assert.ok(Math.abs(variance / 0.0625 - 1) < 5 * Math.sqrt(2 / reds.length));
  const constant = { ...plan, views: [[{ kind: "randomErasing", probability: 1, value: 2 } as const]] };
  const [step] = drawSteps(constant, size, { seed: 0, epoch: 0, sample: 0 }).views[0]!;
  assert.deepEqual((step as { values: unknown }).values, [1, 2, 2]); // mean + 2 · std
});

Deno.test("drawSteps() scales the shorter side and crops the centre, halves to the even side", () => {
  const plan: AugmentPlan = { ...planOf({ kind: "resize", size: 10 }, { kind: "centerCrop" }), size: [7, 8] };
  const [resize, crop] = drawSteps(plan, { height: 33, width: 20 }, { seed: 0, epoch: 0, sample: 0 })
    .views[0]!;
  assert.deepEqual(resize, { kind: "resize", height: 16, width: 10, filter: "bilinear", antialias: true }); // ⌊16.5⌋
  assert.deepEqual(crop, { kind: "crop", box: { top: 4, left: 1, height: 7, width: 8 } }); // 4.5 → 4
  assert.throws(
    () =>
      drawSteps(planOf({ kind: "centerCrop" }), { height: 7, width: 9 }, { seed: 0, epoch: 0, sample: 0 }),
    { name: "RangeError", message: /8×8 from the centre of 7×9: put a "resize" before/ },
  );
});

Deno.test("drawSteps() gives every address its own numbers, and each transform its own", () => {
  const size = { height: 300, width: 400 };
  const plan = byolViews();
  const at = (seed: number, epoch: number, sample: number) =>
    JSON.stringify(drawSteps(plan, size, { seed, epoch, sample }));
  assert.equal(at(1, 2, 3), at(1, 2, 3));
  assert.equal(new Set([at(1, 2, 3), at(2, 2, 3), at(1, 3, 3), at(1, 2, 4)]).size, 4);
  fc.assert(fc.property(fc.nat(1000), (sample) => {
    const address = { seed: 0, epoch: 0, sample };
    const [first, second] = drawSteps(plan, size, address).views as [ImageStep[], ImageStep[]];
    const without = { ...plan, views: plan.views.map((view) => view.filter(({ kind }) => kind !== "flip")) };
    const [left] = drawSteps(without, size, address).views as [ImageStep[]];
    assert.deepEqual(left, first.filter(({ kind }) => kind !== "flip")); // the others stay as they were
    assert.notDeepEqual(first[0], second[0]); // views are drawn independently
  }));
});

Deno.test("drawSteps() gives a second transform of a kind numbers of its own", () => {
  const blur: Transform = { kind: "gaussianBlur", sigma: [0.1, 2], kernelSize: 3 };
  const [first, second] = draws(planOf(blur, blur))[0]!;
  assert.notDeepEqual(first, second);
});
