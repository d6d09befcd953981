import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement } from "./_agreement.ts";
import { selfAttention } from "./self_attention.ts";
import { selfAttentionReference } from "./self_attention_reference.ts";

Deno.test("selfAttention() agrees with its reference in value and gradient", async () => {
  const sizes: [number, number, number, number][] = [
    [1, 1, 4, 1],
    [2, 4, 16, 2],
    [3, 17, 24, 3], // neither tokens nor head width fill a vector
    [2, 64, 96, 3],
    [1, 100, 32, 2], // more than one block of queries
  ];
  for (const [batchSize, numTokens, dim, numHeads] of sizes) {
    await assertAgreement(
      (qkv) => selfAttention(qkv as Tensor3D, numHeads),
      (qkv) => selfAttentionReference(qkv as Tensor3D, numHeads),
      [[batchSize, numTokens, 3 * dim]],
      3e-6, // float32 through a softmax
    );
  }
});

Deno.test("selfAttention() of equal keys is the mean of the values", async () => {
  await assertAgreement(
    (v) => selfAttention(tf.concat([tf.zeros([2, 5, 16]), v!], 2) as Tensor3D, 2),
    (v) => tf.mul(tf.ones([1, 5, 1]), tf.mean(v!, 1, true)),
    [[2, 5, 8]],
    1e-6,
  );
});

Deno.test("selfAttention() says which widths would do", async () => {
  await useDevice("cpu");
  assert.throws(() => selfAttention(tf.zeros([1, 2, 10]), 2), {
    name: "RangeError",
    message: /multiple of 6/,
  });
});
