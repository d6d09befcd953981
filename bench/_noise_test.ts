import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { fillParameters, noise } from "./_noise.ts";

Deno.test("noise() is uniform in [−1, 1) and another for another key", () => {
  const [a, b] = [noise(10000, 0), noise(10000, 1)];
  assert.ok(a.every((x) => x >= -1 && x < 1));
  assert.equal(a[0], -1); // the hash keeps 0 as it is
  const mean = (xs: Float32Array) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  assert.ok(Math.abs(mean(a)) < 0.03); // five times √(1/3 / 10000), the mean's standard deviation
  assert.ok(Math.abs(mean(a.map((x, i) => x * b[i]!))) < 0.017); // five times √(1/9 / 10000)
});

Deno.test("fillParameters() leaves the positions alone and centres the norms' weights on 1", async () => {
  await useDevice("cpu");
  const parameters = {
    "norm.weight": tf.variable(tf.zeros([64])),
    "mlp.weight": tf.variable(tf.zeros([2, 4])),
    "pos_embed": tf.variable(tf.zeros([1, 2, 4])),
  };
  fillParameters(parameters, 100);
  const [norm, mlp, positions] = Object.values(parameters).map((parameter) => [...parameter.dataSync()]);
  assert.ok(norm!.every((x) => x >= 0.9 && x < 1.1));
  const expected = [...noise(8, 100)].map(Math.fround); // the first name in order
  assert.deepEqual(mlp, expected); // √(6 / (2 + 4)) = 1
  assert.ok(positions!.every((x) => x === 0));
  tf.dispose(parameters);
});
