import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { LayerNorm } from "./layer_norm.ts";

await useDevice("cpu");

Deno.test("LayerNorm scales each row to mean 0 and variance 1, adding epsilon to the variance", () => {
  const norm = new LayerNorm(2, 3);
  const [low, high] = norm.forward(tf.tensor2d([[4, 6]])).dataSync<"float32">(); // mean 5, variance 1
  assert.deepEqual([low, high], [-0.5, 0.5]); // ∓1 / √(1 + 3)
});

Deno.test("LayerNorm applies its weight and bias", () => {
  const norm = new LayerNorm(2, 3);
  norm.parameters.weight!.assign(tf.tensor1d([2, 4]));
  norm.parameters.bias!.assign(tf.tensor1d([10, 20]));
  assert.deepEqual([...norm.forward(tf.tensor2d([[4, 6]])).dataSync()], [9, 22]); // −0.5 · 2 + 10, 0.5 · 4 + 20
});
