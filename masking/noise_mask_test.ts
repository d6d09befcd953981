import assert from "node:assert/strict";
import { normals, stream, uniforms } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { maskBatch } from "./mask_batch.ts";
import { noiseMask } from "./noise_mask.ts";
import { restoreOrder } from "./restore_order.ts";

Deno.test("noiseMask() keeps the least noise, and restoreOrder() finds the way back: MAE's example by hand", () => {
  const mask = noiseMask([0.6, 0.1, 0.9, 0.3], 2);
  assert.deepEqual(mask, { visible: Int32Array.of(1, 3), masked: Int32Array.of(0, 2) });
  assert.deepEqual(restoreOrder([mask]), Int32Array.of(2, 0, 3, 1)); // argsort of [1, 3, 0, 2]
});

Deno.test("restoreOrder() undoes a split", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 200 }), fc.integer(), (numTokens, seed) => {
    const noise = uniforms(numTokens, stream({ seed, name: "noise" }));
    const mask = noiseMask(noise, Math.ceil(numTokens / 4));
    const split = [...mask.visible, ...mask.masked];
    assert.deepEqual([...restoreOrder([mask])].map((at) => split[at]), [...Array(numTokens).keys()]);
  }));
});

Deno.test("restoreOrder() brings visible tokens back to their places bit for bit, and what filled in for the others", async () => {
  await useDevice("cpu");
  const [numRows, numTokens, dim, numVisible] = [3, 49, 5, 12];
  const draw = (sample: number) => stream({ seed: 0, name: "mask", sample });
  const tokens: Tensor3D = tf.tensor3d(
    normals(numRows * numTokens * dim, stream({ seed: 0, name: "tokens" })),
    [numRows, numTokens, dim],
  );
  const masks = Array.from({ length: numRows }, (_, row) => noiseMask(uniforms(49, draw(row)), numVisible));
  const batch = maskBatch(masks), order = restoreOrder(masks);
  const indices = (values: Int32Array, row: number) =>
    tf.tensor1d(values.subarray(row * values.length / numRows, (row + 1) * values.length / numRows), "int32");
  const filler = tf.fill([numTokens - numVisible, dim], 7);
  for (const [row, own] of (tf.unstack(tokens) as Tensor2D[]).entries()) {
    const kept = tf.gather(own, indices(batch.visible, row));
    const restored = tf.gather(tf.concat([kept, filler]) as Tensor2D, indices(order, row)).arraySync();
    const expected = own.arraySync();
    for (const token of masks[row]!.masked) expected[token] = Array(dim).fill(7);
    assert.deepEqual(restored, expected);
  }
});

Deno.test("noiseMask() keeps the earlier of equal tokens and refuses what is no noise", () => {
  assert.deepEqual(noiseMask([1, 1, 1], 1).visible, Int32Array.of(0));
  for (const numVisible of [0, 3, 1.5]) assert.throws(() => noiseMask([1, 2, 3], numVisible), RangeError);
  assert.throws(() => noiseMask([1, NaN, 3], 1), {
    message: "The noise of token 1 is NaN: give a number for each token",
  });
});

Deno.test("restoreOrder() refuses tokens in both parts or in none, and rows of different lengths", () => {
  const whole = { visible: Int32Array.of(0), masked: Int32Array.of(1) };
  assert.deepEqual(restoreOrder([]), new Int32Array(0));
  assert.throws(() => restoreOrder([whole, { visible: Int32Array.of(0), masked: Int32Array.of(0) }]), {
    name: "RangeError",
    message: "Token 1 of 2 in row 1 is neither visible nor masked: give a mask of all tokens",
  });
  assert.throws(() => restoreOrder([{ visible: Int32Array.of(0), masked: Int32Array.of(2) }]), RangeError);
  assert.throws(() => restoreOrder([whole, { visible: Int32Array.of(0, 1), masked: Int32Array.of(2) }]), {
    message: "Row 1 has 3 tokens, row 0 2: give masks of equally many tokens",
  });
});
