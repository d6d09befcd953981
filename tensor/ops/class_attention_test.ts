import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement } from "./_agreement.ts";
import { classAttention } from "./class_attention.ts";
import { classAttentionReference } from "./class_attention_reference.ts";

Deno.test("classAttention() agrees with its reference in value and gradients", async () => {
  const sizes: [number, number, number, number][] = [[1, 1, 4, 1], [3, 5, 16, 2], [2, 17, 24, 3], [
    4,
    65,
    192,
    3,
  ]];
  for (const [batchSize, numTokens, dim, numHeads] of sizes) {
    await assertAgreement(
      (query, keys, values) =>
        classAttention(query as Tensor3D, keys as Tensor3D, values as Tensor3D, numHeads),
      (query, keys, values) =>
        classAttentionReference(query as Tensor3D, keys as Tensor3D, values as Tensor3D, numHeads),
      [[batchSize, 1, dim], [batchSize, numTokens, dim], [batchSize, numTokens, dim]],
      3e-6, // float32 through a softmax
    );
  }
});

Deno.test("classAttention() refuses heads that do not divide the width", async () => {
  await useDevice("cpu");
  const x: Tensor3D = tf.zeros([1, 1, 10]);
  assert.throws(() => classAttention(x, x, x, 3), { name: "RangeError", message: /width 10 into 3 heads/ });
});
