import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { bernoulliMask } from "./bernoulli_mask.ts";

Deno.test("bernoulliMask() masks numbers of tokens that scatter as a binomial's do", () => {
  const numDraws = 2000, numTokens = 100, probability = 0.3;
  const counts = Array.from(
    { length: numDraws },
    (_, sample) =>
      bernoulliMask(numTokens, probability, stream({ seed: 0, name: "mask", sample })).masked.length,
  );
  const mean = counts.reduce((sum, count) => sum + count, 0) / numDraws;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (numDraws - 1);
  assert.ok(Math.abs(mean - 30) < 4 * Math.sqrt(21 / numDraws), `${mean}`);
  assert.ok(Math.abs(variance - 21) < 4 * 21 * Math.sqrt(2 / numDraws), `${variance}`); // 100 · 0.3 · 0.7
});

Deno.test("bernoulliMask() leaves some of each even of two tokens, and refuses what cannot", () => {
  for (let sample = 0; sample < 200; sample++) {
    const { visible, masked } = bernoulliMask(2, 0.9, stream({ seed: 0, name: "mask", sample }));
    assert.deepEqual([visible.length, masked.length], [1, 1]);
  }
  const prng = stream({ seed: 0, name: "mask" });
  for (const [numTokens, probability] of [[1, 0.5], [10, 0], [10, 1], [10, NaN], [2, 1e-9]] as const) {
    assert.throws(() => bernoulliMask(numTokens, probability, prng), RangeError);
  }
});
