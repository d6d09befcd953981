import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { gradientNorm } from "./_gradient_norm.ts";

await useDevice("cpu");

Deno.test("gradientNorm() is the length of all gradients as one vector", () => {
  const grads = { a: tf.tensor2d([[2, 4]]), b: tf.scalar(-4) };
  const before = tf.memory().numTensors;
  const norm = gradientNorm(grads);
  assert.equal(norm.dataSync()[0], 6); // √(4 + 16 + 16)
  assert.equal(tf.memory().numTensors, before + 1);
});

Deno.test("gradientNorm() is not finite if one gradient is not", () => {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const norm = gradientNorm({ a: tf.ones([3]), b: tf.tensor1d([0, bad]) });
    assert.ok(!Number.isFinite(norm.dataSync()[0]));
  }
});
