import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import fc from "fast-check";
import { randomMask } from "./random_mask.ts";

Deno.test("randomMask() splits 0…N − 1 without loss or repeat", () => {
  fc.assert(fc.property(fc.integer({ min: 2, max: 512 }), fc.integer(), (n, seed) => {
    const { visible, masked } = randomMask(n, 0.5, stream({ seed, name: "mask" }));
    assert.deepEqual([...visible, ...masked].sort((a, b) => a - b), [...Array(n).keys()]);
  }));
});

Deno.test("randomMask() rounds the number of masked tokens and keeps each part ascending", () => {
  const prng = stream({ seed: 0, name: "mask" });
  for (const [numTokens, ratio, numMasked] of [[10, 0.9, 9], [196, 0.75, 147], [49, 0.6, 29]] as const) {
    const { visible, masked } = randomMask(numTokens, ratio, prng); // 49 · 0.6 = 29.4
    assert.equal(masked.length, numMasked);
    assert.deepEqual([...masked], [...masked].sort((a, b) => a - b));
    assert.deepEqual([...visible], [...visible].sort((a, b) => a - b));
  }
});

Deno.test("randomMask() masks every token equally often", () => {
  const numTokens = 49, numMasked = 29, numDraws = 4000;
  const counts = new Float64Array(numTokens);
  for (let sample = 0; sample < numDraws; sample++) {
    for (const token of randomMask(numTokens, 0.6, stream({ seed: 0, name: "mask", sample })).masked) {
      counts[token]!++;
    }
  }
  const share = numMasked / numTokens;
  const variance = numDraws * share * (1 - share) * numTokens / (numTokens - 1); // drawn without replacement
  const chiSquare = counts.reduce((sum, count) => sum + (count - numDraws * share) ** 2 / variance, 0);
  assert.ok(chiSquare < 84.04, `${chiSquare}`); // 48 degrees of freedom: 1 in 1,000 lies above
});

Deno.test("randomMask() refuses to mask nothing or everything", () => {
  const prng = stream({ seed: 0, name: "mask" });
  for (const ratio of [0, 1, 0.01, 0.99, -1, NaN]) {
    assert.throws(() => randomMask(10, ratio, prng), RangeError);
  }
  assert.throws(() => randomMask(10, 0.99, prng), {
    message: "Cannot mask 10 of 10 tokens at ratio 0.99: choose one that leaves some of each",
  });
  assert.throws(() => randomMask(10.5, 0.5, prng), RangeError);
});
