import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { cholesky, solveLower, solveUpper } from "./_cholesky.ts";
import { conjugateGradients } from "./_conjugate_gradients.ts";

await useDevice("cpu");

Deno.test("conjugateGradients() solves what Cholesky's factors solve, and leaves nothing behind", () => {
  const n = 40, k = 3;
  const rows = tf.tensor2d(normals(60 * n, stream({ seed: 0, name: "rows" })), [60, n]);
  const matrix: Tensor2D = tf.add(tf.div(tf.matMul(rows, rows, true), 60), tf.mul(0.1, tf.eye(n)));
  const b = tf.tensor2d(normals(n * k, stream({ seed: 1, name: "b" })), [n, k]);
  const lower = cholesky(Float64Array.from(matrix.dataSync()), n);
  const expected = solveUpper(lower, n, solveLower(lower, n, Float64Array.from(b.dataSync())));
  const before = tf.memory().numTensors;
  const x = conjugateGradients((v) => tf.matMul(matrix, v), b);
  assert.equal(tf.memory().numTensors, before + 1);
  const norm = Math.hypot(...expected);
  const error = Math.hypot(...x.dataSync().map((value, i) => value - expected[i]!));
  assert.ok(error < 0.01 * norm, `${error} of ${norm}`); // a residual of 1e-3, and the smallest of the eigenvalues is 0.1
});

Deno.test("conjugateGradients() of a column of zeros stays there", () => {
  const x = conjugateGradients((v) => tf.mul(2, v), tf.tensor2d([[0, 4], [0, 2]]));
  assert.deepEqual([...x.dataSync()], [0, 2, 0, 1]);
});
