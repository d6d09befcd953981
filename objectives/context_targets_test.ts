import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { classLoss } from "./class_loss.ts";
import { contextLoss } from "./context_loss.ts";
import { contextTargets } from "./context_targets.ts";
import { spread } from "./spread.ts";
import { varianceHinge } from "./variance_hinge.ts";

await useDevice("cpu");
const blocks = [tf.tensor3d([[[1, 2, 6], [3, 6, 0]]]), tf.tensor3d([[[0, 4, 2], [2, 0, 7]]])]; // two frames of three channels

function near(found: Tensor, expected: readonly number[], tolerance: number): void {
  for (const [i, value] of found.dataSync<"float32">().entries()) {
    assert.ok(Math.abs(value - expected[i]!) <= tolerance, `${value} is not ${expected[i]}`);
  }
}

// From an independent implementation in float64.
for (
  const [normalizeBlocks, normalizeMean, expected] of [
    ["instance", "none", [-0.999995, 0, 0, 0.999995, 0, 0]],
    ["layer", "none", [-1.075281, 0.380917, 0.694364, -0.169841, 0.102848, 0.066994]],
    ["layer", "layer", [-1.394589, 0.494031, 0.900558, -1.403346, 0.849797, 0.553549]],
    ["instance", "layer", [-1.414182, 0.707091, 0.707091, 1.414182, -0.707091, -0.707091]],
  ] as const
) {
  Deno.test(`contextTargets() with ${normalizeBlocks}, then ${normalizeMean} normalisation`, () => {
    near(contextTargets(blocks, { topK: 2, normalizeBlocks, normalizeMean }), expected, 3e-6); // float32
  });
}

Deno.test("contextTargets() uses the top K blocks only", () => {
  const options = { topK: 1, normalizeBlocks: "layer", normalizeMean: "none" } as const;
  const top = contextTargets(blocks, options);
  near(top, [...contextTargets([tf.ones([1, 2, 3]), blocks[1]!], options).dataSync()], 0);
  for (const topK of [0, 3, 1.5]) {
    assert.throws(() => contextTargets(blocks, { ...options, topK }), RangeError);
  }
  assert.throws(() => contextTargets([tf.ones([1, 1, 3])], { ...options, normalizeBlocks: "instance" }), {
    name: "RangeError",
    message: "Instance normalisation of [1,1,3] has no variance over one token: give at least 2",
  });
});

Deno.test("contextTargets() of the top 6 of 12 are of blocks 6 … 11 alone", () => {
  const options = { topK: 6, normalizeBlocks: "layer", normalizeMean: "layer" } as const;
  const twelve = Array.from(
    { length: 12 },
    (_, i) => tf.randomNormal<tf.Rank.R3>([2, 3, 4], 0, 1, "float32", i),
  );
  const valuesOf = (given: typeof twelve) => contextTargets(given, options).dataSync();
  const expected = valuesOf(twelve);
  assert.deepEqual(valuesOf([...twelve.slice(0, 6).reverse(), ...twelve.slice(6)]), expected);
  for (let i = 0; i < 12; i++) {
    const other = valuesOf(twelve.with(i, tf.neg(twelve[i]!)));
    assert.equal(other.some((value, at) => value !== expected[at]), i >= 6, `block ${i}`);
  }
  const inOrder = contextTargets(twelve, { ...options, normalizeMean: "none" });
  assert.ok(inOrder.dataSync().some((value, at) => Math.abs(value - expected[at]!) > 0.1)); // the last norm matters
});

Deno.test("contextLoss() has the three sums of the released models", () => {
  const target = contextTargets(blocks, { topK: 2, normalizeBlocks: "layer", normalizeMean: "none" });
  const rows: Tensor2D = tf.reshape(target, [2, 3]);
  const pred = tf.tensor2d([[0, 0, 0], [1, 1, 1]]);
  for (
    const [beta, channels, expected] of [
      [0, "sum/rootD", 1.3935445778],
      [2, "mean", 0.2011408343],
      [4, "sum", 0.3017112514],
    ] as const
  ) {
    near(contextLoss(pred, rows, { beta, channels }).loss, [expected], 1e-6);
  }
  assert.throws(() => contextLoss(pred, tf.ones([2, 4]), { beta: 0, channels: "mean" }), TypeError);
  assert.throws(() => contextLoss(pred, rows, { beta: -1, channels: "mean" }), RangeError);
});

Deno.test("contextLoss() of speech is √D times the mean squared error, and 0 for the same", () => {
  const pred = tf.tensor2d([[1, 2, 3, 4], [0, 0, 0, 2]]), target = tf.tensor2d([[1, 2, 3, 0], [0, 0, 0, 0]]);
  near(contextLoss(pred, target, { beta: 0, channels: "sum/rootD" }).loss, [2 * (16 + 4) / 8], 1e-6);
  near(contextLoss(pred, pred, { beta: 2, channels: "mean" }).loss, [0], 0);
});

Deno.test("spread() of rows that are alike is 1e-3, of ±1 their unbiased deviation", () => {
  near(spread(tf.ones([5, 3])), [1e-3], 1e-8);
  near(spread(tf.tensor2d([[1], [-1]])), [Math.sqrt(2 + 1e-6)], 1e-6);
  assert.throws(() => spread(tf.ones([1, 3])), TypeError);
});

Deno.test("varianceHinge() asks of rows that are alike for all of gamma, of spread ones for nothing", () => {
  near(varianceHinge(tf.ones([4, 2]), 0.5, 1e-4), [0.49], 1e-6); // 0.5 − √1e-4
  near(varianceHinge(tf.tensor2d([[3, 1], [-3, 1]]), 1, 1e-4), [0.495], 1e-6); // (0 + 0.99) / 2
  const grad = tf.grad((x) => varianceHinge(x as Tensor2D, 1))(tf.tensor2d([[0.1], [-0.1]])) as Tensor2D;
  const [first, second] = grad.dataSync<"float32">();
  assert.ok(first! < 0 && second! > 0); // downhill is apart
  assert.throws(() => varianceHinge(tf.ones([4, 2]), 0), RangeError);
});

Deno.test("classLoss() compares every mask of an image with the mean of its targets", () => {
  const targets = tf.tensor3d([[[0, 2], [2, 0]], [[4, 4], [4, 4]]]); // means (1, 1) and (4, 4)
  const pred = tf.tensor2d([[1, 1], [4, 4], [2, 1], [4, 2]]); // two masks each, mask-major
  near(classLoss(pred, targets).loss, [Math.SQRT2 * (0 + 1 + 0 + 4) / 8], 1e-6);
  assert.throws(() => classLoss(tf.ones([3, 2]), targets), TypeError);
});
