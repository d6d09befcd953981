import assert from "node:assert/strict";
import { numVisible } from "./num_visible.ts";

Deno.test("numVisible() keeps floor(N · (1 − r)) tokens", () => {
  const rows = [
    [196, [49, 39, 19]], // 224 / 16; 196 · 0.25, 39.2, 19.6
    [64, [16, 12, 6]], // 32 / 4; 64 · 0.25, 12.8, 6.4
    [49, [12, 9, 4]], // 28 / 4; 12.25, 9.8, 4.9
    [16, [4, 3, 1]], // 28 / 7 or 32 / 8; 16 · 0.25, 3.2, 1.6
  ] as const;
  for (const [numTokens, visible] of rows) {
    assert.deepEqual([0.75, 0.8, 0.9].map((ratio) => numVisible(numTokens, ratio)), visible);
  }
  assert.deepEqual([49, 196].map((numTokens) => numVisible(numTokens, 0.6)), [19, 78]); // 19.6 and 78.4
});

Deno.test("numVisible() rounds as doubles do", () => {
  assert.equal(numVisible(20, 0.9), 1); // 20 · (1 − 0.9) = 1.9999999999999996, not 2
});

Deno.test("numVisible() refuses a ratio that hides nothing or everything", () => {
  for (const ratio of [0, 1, -0.5, 1.5, NaN]) {
    assert.throws(() => numVisible(64, ratio), RangeError, `${ratio}`);
  }
  assert.throws(() => numVisible(64, 1), {
    message: "Mask ratio 1 of 64 tokens is not between 0 and 1: choose one that leaves some of each",
  });
  assert.throws(() => numVisible(64, 1e-17), RangeError); // 1 − 1e-17 is 1
});

Deno.test("numVisible() says what to do where no token is left", () => {
  assert.throws(() => numVisible(10, 0.9), { // 10 · (1 − 0.9) = 0.9999999999999998
    name: "RangeError",
    message: "Mask ratio 0.9 keeps 0 of 10 tokens: lower the ratio or cut the input into more patches",
  });
});

Deno.test("numVisible() refuses a number of tokens that is none", () => {
  for (const numTokens of [0, -4, 2.5, NaN]) assert.throws(() => numVisible(numTokens, 0.5), RangeError);
});
