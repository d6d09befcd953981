import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { collapseMeasures } from "./collapse_measures.ts";

await useDevice("cpu");
const close = (actual: number, expected: number, tolerance: number) =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`);

/** Normal numbers [rows, columns]. */
function gaussian(rows: number, columns: number): Tensor2D {
  return tf.tensor2d(normals(rows * columns, stream({ seed: 0, name: "outputs" })), [rows, columns]);
}

Deno.test("collapseMeasures() of a constant output: cosine 1, spread 0, rank 1, whatever the lengths", () => {
  const { meanCosine, spread, effectiveRank } = collapseMeasures(
    tf.tensor2d([[3, 4], [6, 8], [0.3, 0.4], [3, 4]]),
  );
  close(meanCosine, 1, 1e-7); // 0.3 and 0.4 are rounded in float32
  close(spread, 0, 1e-7);
  close(effectiveRank, 1, 1e-5);
});

Deno.test("collapseMeasures() of one line with both ends: rank 1, but no constant", () => {
  const { meanCosine, spread, effectiveRank } = collapseMeasures(
    tf.tensor2d([[1, 0], [-1, 0], [1, 0], [-1, 0]]),
  );
  close(meanCosine, -1 / 3, 1e-12); // 4 of the 12 ordered pairs agree, 8 oppose: (4 − 8) / 12
  close(spread, 0.5, 1e-12); // deviations 1 and 0 in two dimensions
  close(effectiveRank, 1, 1e-6);
});

Deno.test("collapseMeasures() of an orthonormal batch: cosine 0, spread √(1/n − 1/n²), full rank", () => {
  const { meanCosine, spread, effectiveRank } = collapseMeasures(tf.eye(4));
  close(meanCosine, 0, 1e-12);
  close(spread, Math.sqrt(1 / 4 - 1 / 16), 1e-12); // each dimension is 1 once and 0 three times
  close(effectiveRank, 4, 1e-12);
});

Deno.test("collapseMeasures() of uneven use: three images along one axis, one along the other", () => {
  const { meanCosine, spread, effectiveRank } = collapseMeasures(
    tf.tensor2d([[2, 0], [1, 0], [5, 0], [0, 1]]),
  );
  const p = Math.sqrt(3) / (Math.sqrt(3) + 1); // singular values √3 and 1
  close(meanCosine, 0.5, 1e-12); // 6 of 12 ordered pairs agree, the others are orthogonal
  close(spread, Math.sqrt(3 / 16), 1e-12); // both dimensions: share ¾ or ¼
  close(effectiveRank, Math.exp(-p * Math.log(p) - (1 - p) * Math.log(1 - p)), 1e-12);
});

Deno.test("collapseMeasures() of random directions: cosine near 0, spread near 1/√P, nearly full rank", () => {
  const { meanCosine, spread, effectiveRank } = collapseMeasures(gaussian(512, 64));
  close(meanCosine, 0, 0.002); // deviation √(2 / 64) / 512 = 0.0003
  close(spread, 1 / 8, 0.002);
  assert.ok(effectiveRank > 60 && effectiveRank <= 64);
});

Deno.test("collapseMeasures() is the same from either Gram matrix, and when images trade places or axes turn", () => {
  const wide = gaussian(5, 9);
  const expected = collapseMeasures(wide);
  const padded = collapseMeasures(tf.pad(wide, [[0, 0], [0, 2]])); // two unused dimensions
  const reversed = collapseMeasures(tf.reverse(wide, 0));
  for (const actual of [padded, reversed]) {
    close(actual.meanCosine, expected.meanCosine, 1e-12);
    close(actual.effectiveRank, expected.effectiveRank, 1e-10);
  }
  const twice = collapseMeasures(tf.concat([wide, wide, wide]) as Tensor2D); // [15, 9]: Uᵀ U is smaller
  close(twice.effectiveRank, expected.effectiveRank, 1e-5); // all values times √3, 4 of them 0 but for rounding
});

Deno.test("collapseMeasures() counts the used dimensions of a dimensional collapse", () => {
  const low = tf.matMul(gaussian(256, 3), gaussian(3, 64)); // 256 outputs in 3 of 64 dimensions
  const { effectiveRank } = collapseMeasures(low as Tensor2D);
  assert.ok(effectiveRank > 2 && effectiveRank < 3.001);
});

Deno.test("collapseMeasures() leaves nothing behind", () => {
  const outputs = gaussian(8, 4);
  const before = tf.memory().numTensors;
  collapseMeasures(outputs);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("collapseMeasures() refuses a single row, and numbers that are not finite", () => {
  assert.throws(() => collapseMeasures(tf.ones([1, 4])), { name: "RangeError", message: /at least 2 rows/ });
  assert.throws(() => collapseMeasures(tf.tensor2d([[1, NaN], [0, 1]])), RangeError);
});
