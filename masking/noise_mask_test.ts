import assert from "node:assert/strict";
import { stream, uniforms } from "@lacuna/random";
import fc from "fast-check";
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
