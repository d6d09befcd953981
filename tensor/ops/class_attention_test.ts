import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement } from "./_agreement.ts";
import { classAttention } from "./class_attention.ts";
import { classAttentionReference } from "./class_attention_reference.ts";

Deno.test("classAttention() agrees with its reference in value and gradients", async () => {
  const sizes: [number, number, number, number][] = [
    [1, 1, 4, 1],
    [3, 5, 16, 2],
    [2, 17, 24, 3],
    [4, 65, 192, 3],
    [2, 0, 8, 2], // nothing to attend to
  ];
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

Deno.test("classAttention() says which shapes do not fit", async () => {
  await useDevice("cpu");
  const [query, keys, fewer]: Tensor3D[] = [tf.zeros([2, 1, 4]), tf.zeros([2, 3, 4]), tf.zeros([2, 2, 4])];
  for (const [q, k, v] of [[query, keys, fewer], [query, fewer, keys], [keys, keys, keys]]) {
    assert.throws(() => classAttention(q!, k!, v!, 2), { name: "TypeError", message: /query \[2,1,4\]/ });
  }
});
