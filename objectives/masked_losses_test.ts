import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { bootmaePixelTargets } from "./bootmae_pixel_targets.ts";
import { insideWeights } from "./inside_weights.ts";
import { maePixelTargets } from "./mae_pixel_targets.ts";
import { maskedL1 } from "./masked_l1.ts";
import { maskedMse } from "./masked_mse.ts";
import type { ObjectiveResult } from "./objective_result.ts";
import { weightedMse } from "./weighted_mse.ts";

await useDevice("cpu");

function near(found: Tensor, expected: readonly number[], tolerance = 1e-6): void {
  const values = found.dataSync<"float32">();
  assert.equal(values.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(values[i]! - value) <= tolerance, `${values}`);
  }
}

Deno.test("maskedMse() averages the masked patches and ignores the visible one", () => {
  const pred = tf.tensor3d([[[1, 3], [9, 9], [2, 0]]]); // [1, 3, 2]
  const { loss, metrics } = maskedMse(pred, tf.zeros([1, 3, 2]), tf.tensor2d([[1, 0, 1]]));
  assert.equal(loss.dataSync()[0], 3.5); // ((1² + 3²)/2 + (2² + 0²)/2) / 2
  near(metrics.maskRatio!, [2 / 3]);
});

Deno.test("maePixelTargets() of 1, 2, 3, 4 are those of MAE's code, and predicting zeros costs 0.75", () => {
  const patches = tf.tensor3d([[[1, 2, 3, 4], [7, 7, 7, 7]]]);
  const targets = maePixelTargets(patches);
  near(targets, [-1.161895, -0.387298, 0.387298, 1.161895, 0, 0, 0, 0]);
  near(maskedMse(tf.zeros([1, 2, 4]), targets, tf.tensor2d([[1, 0]])).loss, [0.7499996]);
  assert.throws(() => maePixelTargets(tf.ones([1, 4, 1])), TypeError);
});

Deno.test("bootmaePixelTargets() normalizes each channel by itself, with the biased variance", () => {
  near(bootmaePixelTargets(tf.tensor3d([[[1, 2, 3, 4]]]), 1), [-1.341635, -0.447212, 0.447212, 1.341635]);
  const two = bootmaePixelTargets(tf.tensor3d([[[1, 5, 2, 5, 3, 5, 4, 5]]]), 2); // channel 1 is constant
  near(two, [-1.341635, 0, -0.447212, 0, 0.447212, 0, 1.341635, 0]);
  assert.throws(() => bootmaePixelTargets(tf.ones([1, 1, 4]), 3), RangeError);
});

Deno.test("maskedL1() of a half on zeros is SimMIM's 0.49999875", () => {
  const { loss } = maskedL1(tf.fill([1, 4, 12], 0.5), tf.zeros([1, 4, 12]), tf.tensor2d([[1, 0, 0, 0]]), 3); // 3 × 4 × 4, patch 2
  near(loss, [0.49999875], 5e-8); // 4 pixels of 3 channels: 6 / (4 + 1e-5) / 3
  assert.throws(() => maskedL1(tf.ones([1, 4, 10]), tf.zeros([1, 4, 10]), tf.ones([1, 4]), 3), RangeError);
});

Deno.test("insideWeights() of a masked corner of two by two patches are 13/9", () => {
  const mask = tf.tensor2d([[1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
  const expected = [...Array(16).keys()].map((i) => [0, 1, 4, 5].includes(i) ? 13 / 9 : 0); // 1 + 4/9
  near(insideWeights(mask, [4, 4]), expected);
  near(insideWeights(tf.ones([1, 9]), [3, 3]), [13, 15, 13, 15, 18, 15, 13, 15, 13].map((x) => x / 9));
  assert.throws(() => insideWeights(mask, [4, 5]), TypeError);
});

Deno.test("weightedMse() divides by the share of masked patches", () => {
  const mask = tf.tensor2d([[1, 0, 1, 0]]), weights = tf.tensor2d([[1, 0, 2, 0]]);
  const pred = tf.tensor3d([[[2], [9], [3], [9]]]);
  near(weightedMse(pred, tf.zeros([1, 4, 1]), mask, weights).loss, [11]); // (1 · 4 + 2 · 9) / 4 / (2 / 4)
});

const draw = (name: string) => tf.tensor3d(normals(2 * 4 * 6, stream({ seed: 0, name })), [2, 4, 6]);
const mask: Tensor2D = tf.tensor2d([[1, 0, 1, 0], [0, 0, 1, 1]]);
const losses: Record<string, (pred: Tensor3D, target: Tensor3D) => ObjectiveResult> = {
  maskedMse: (pred, target) => maskedMse(pred, target, mask),
  maskedL1: (pred, target) => maskedL1(pred, target, mask, 3),
  weightedMse: (pred, target) => weightedMse(pred, target, mask, insideWeights(mask, [2, 2])),
};
for (const [name, lossOf] of Object.entries(losses)) {
  Deno.test(`${name}() neither sees visible patches nor moves them`, () => {
    const pred = draw("pred"), target = draw("target");
    const visible: Tensor3D = tf.mul(tf.expandDims(tf.sub(1, mask), -1), draw("noise"));
    const before = lossOf(pred, target).loss.dataSync()[0];
    assert.equal(lossOf(tf.add(pred, visible), tf.sub(target, visible)).loss.dataSync()[0], before);
    const grad = tf.grad((x) => lossOf(x as Tensor3D, target).loss)(pred);
    assert.equal(tf.sum(tf.abs(tf.mul(grad, visible))).dataSync()[0], 0);
    const moved = tf.sum(tf.cast(tf.notEqual(grad, 0), "int32")).dataSync()[0];
    assert.equal(moved, 4 * 6); // four masked patches of six numbers
  });

  Deno.test(`${name}() refuses shapes that do not fit and leaves nothing behind`, () => {
    assert.throws(() => lossOf(tf.ones([2, 4, 6]), tf.ones([2, 4, 3])), {
      name: "TypeError",
      message:
        `${name} cannot compare predictions [2,4,6] with targets [2,4,3] by a mask [2,4]: pass [B, N, P] twice and [B, N]`,
    });
    const [pred, target] = [draw("pred"), draw("target")];
    const before = tf.memory().numTensors;
    const { loss, metrics } = lossOf(pred, target);
    tf.dispose([loss, ...Object.values(metrics)]);
    assert.ok(tf.memory().numTensors <= before + (name === "weightedMse" ? 1 : 0)); // its weights were made on the way
  });
}
