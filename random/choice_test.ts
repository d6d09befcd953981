import assert from "node:assert/strict";
import fc from "fast-check";
import { choice } from "./choice.ts";
import { permutation } from "./permutation.ts";
import { stream } from "./stream.ts";

Deno.test("choice() is the beginning of the permutation", () => {
  fc.assert(fc.property(fc.nat(200), fc.nat(200), fc.integer(), (a, b, seed) => {
    const [k, n] = a < b ? [a, b] : [b, a];
    const prng = stream({ seed, name: "prefix" });
    assert.deepEqual(choice(n, k, prng), permutation(n, prng).slice(0, k));
  }));
});

Deno.test("choice() draws each of the 20 ordered pairs of 5 equally often", () => {
  const n = 40_000;
  const counts = new Map<string, number>();
  for (let sample = 0; sample < n; sample++) {
    const pair = choice(5, 2, stream({ seed: 0, name: "pairs", sample })).join();
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  const expected = n / 20;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.equal(counts.size, 20); // 5 · 4
  assert.ok(chiSquare < 43.82, `${chiSquare}`); // 19 degrees of freedom: 1 in 1,000 lies above
});

Deno.test("choice() refuses more than there are", () => {
  const prng = stream({ seed: 0, name: "none" });
  assert.throws(() => choice(3, 4, prng), { message: "Number to choose is 4: give an integer in 0…3" });
  assert.throws(() => choice(3, -1, prng), RangeError);
  assert.throws(() => choice(1.5, 1, prng), RangeError);
});
