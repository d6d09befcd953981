import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { logisticFit } from "./_logistic_fit.ts";

await useDevice("cpu");

Deno.test("logisticFit() of one row a class by hand", () => {
  // rows ∓1 and W = [−a, a]: log(1 + e^−2a) + λa², whose slope −2 / (1 + e^2a) + 2λa is 0 at a = 1 for λ = 1 / (1 + e²)
  const lambda = 1 / (1 + Math.exp(2));
  const rows = Float32Array.of(-1, 1, 1, 1); // the second column is the bias's
  const found = logisticFit({ labels: Int32Array.of(0, 1), dim: 1 }, rows, 2, lambda, 100);
  [-1, 1, 0, 0].forEach((weight, i) => assert.ok(Math.abs(found[i]! - weight) < 1e-3, `${found}`)); // ends at a slope of 1e-4 of the first, and curves by 0.66
});

Deno.test("logisticFit() ends where the loss it states has no slope, the bias's unregularised", () => {
  const numRows = 90, dim = 4, numClasses = 3, size = dim + 1;
  const labels = Int32Array.from({ length: numRows }, (_, row) => row % 7 < 4 ? 0 : row % 7 < 6 ? 1 : 2); // not as many of each
  const drawn = normals(numRows * size, stream({ seed: 0, name: "rows" }));
  const rows = drawn.map((z, at) =>
    at % size === dim ? 1 : z + (at % size === labels[Math.floor(at / size)] ? 1 : 0)
  );
  for (const lambda of [1e-3, 0.1]) {
    const before = tf.memory().numTensors;
    const found = logisticFit({ labels, dim }, rows, numClasses, lambda, 200);
    assert.equal(tf.memory().numTensors, before);
    const slopeAt = (w: Float32Array) => { // plain loops in float64
      const slope = new Float64Array(size * numClasses);
      for (let row = 0; row < numRows; row++) {
        const scores = Array.from({ length: numClasses }, (_, k) => {
          let score = 0;
          for (let i = 0; i < size; i++) score += rows[row * size + i]! * w[i * numClasses + k]!;
          return Math.exp(score);
        });
        const total = scores.reduce((sum, x) => sum + x);
        for (let i = 0; i < size; i++) {
          for (let k = 0; k < numClasses; k++) {
            const error = scores[k]! / total - Number(k === labels[row]);
            slope[i * numClasses + k]! += rows[row * size + i]! * error / numRows;
          }
        }
      }
      for (let at = 0; at < dim * numClasses; at++) slope[at]! += lambda * w[at]!;
      return Math.hypot(...slope);
    };
    const left = slopeAt(found), first = slopeAt(new Float32Array(size * numClasses));
    assert.ok(left < 2e-4 * first, `${left} of ${first}`); // it ends at 1e-4 by its own float32 slope
  }
});
