import "./_float64.ts"; // before all others
import { mtoPresets } from "@lacuna/objectives/mto";
import { methodNamed, methodNames } from "@lacuna/pipelines";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { methodStep } from "./_method_step.ts";
import { slopeError } from "./_slope_error.ts";

await useDevice("cpu");

/** What images and mask tokens pass on their way in, one by one; the others are among all at once. */
const entrance =
  /(mask_token|patch_embed\.proj\.weight|bias_table|blocks\.0\.attn\.(qkv|q)\.weight|blocks\.0\.mlp\.fc1\.weight)$/;

/** Fails unless a step's gradient is that of its loss, in float64. */
function assertSlopes(name: string, change: object = {}): void {
  const { pipeline, step } = methodStep(name, change);
  const { grads } = step();
  const names = Object.keys(grads);
  const some = names.filter((key) => entrance.test(key));
  const seen = (end: string) => some.some((key) => key.endsWith(end));
  assert.ok(
    some.length >= 3 && (!("mto" in change) || seen("mask_token")) &&
      (!("encoder" in change) || seen("bias_table")),
  );
  const reach = name === "conmim" ? 1e-5 : 1e-4; // within 3e-5 its projector passes a bend of its ReLU
  for (const keys of [names, ...some.map((key) => [key])]) {
    const error = slopeError(() => step().loss.dataSync()[0]!, pipeline.parameters, grads, keys, { reach });
    assert.ok(error < 1e-5, `${keys}: ${error}`); // 1e-6 of the approximation of GELU's error function; the rest is rounding
  }
}

Deno.test("the device cpu computes in float64 here", () => {
  assert.equal(tf.sub(tf.add(tf.scalar(1), 1e-12), 1).dataSync()[0]!.toPrecision(4), "1.000e-12");
});

for (const name of methodNames) {
  const { encoder, mto } = methodNamed(name).presets.tiny! as { encoder: object; mto?: object };
  const change = "positions" in encoder ? { encoder: { ...encoder, positions: "both" } } : {}; // learned biases too
  Deno.test(`${name}: a step's gradient has the slope of finite differences, in float64`, () => {
    assertSlopes(name, change);
  });
  if (mto === undefined) continue;
  const terms = {
    ...mtoPresets.threeTerms,
    entropyWeight: 1,
    rankWeight: 1,
    rankMargin: 0.1,
    recalibrationWeight: 1,
  };
  Deno.test(`${name}: so it has with all terms of masked token optimization`, () => {
    assertSlopes(name, { ...change, mto: { ...mto, ...terms } });
  });
  if (name !== "simmim") continue;
  for (const affinity of ["dot", "lnScaled", "cosine", "attention"] as const) {
    Deno.test(`${name}: so it has with these by ${affinity}, rises of the batch and attention's entropy`, () => {
      assertSlopes(name, {
        ...change,
        mto: { ...mto, ...terms, affinity, rankPer: "batch", recalibration: "entropy" },
      });
    });
  }
}
