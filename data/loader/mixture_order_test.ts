import assert from "node:assert/strict";
import fc from "fast-check";
import { mixtureOrder } from "./mixture_order.ts";

Deno.test("mixtureOrder() rounds the shares by largest remainder", () => {
  // 10 · 1/6 = 1.67, 10 · 2/6 = 3.33, 10 · 3/6 = 5: the one sample that is left goes to the first
  assert.deepEqual(mixtureOrder({ weights: [1, 2, 3], roundLength: 10, seed: 0 }).counts, [2, 3, 5]);
  assert.deepEqual(mixtureOrder({ weights: [1, 1, 1], roundLength: 4, seed: 0 }).counts, [2, 1, 1]);
  assert.deepEqual(mixtureOrder({ weights: [0, 5], roundLength: 3, seed: 0 }).counts, [0, 3]);
});

Deno.test("mixtureOrder() takes each round's share of a set, the next of its samples, each once", () => {
  const options = fc.record({
    weights: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    roundLength: fc.integer({ min: 45, max: 200 }),
    seed: fc.integer(),
  });
  fc.assert(fc.property(options, fc.nat(2 ** 40), (options, round) => {
    const mixture = mixtureOrder(options);
    const total = options.weights.reduce((sum, weight) => sum + weight, 0);
    const seen = options.weights.map(() => [] as number[]);
    for (let i = 0; i < options.roundLength; i++) {
      const { set, position } = mixture.at(round * options.roundLength + i);
      seen[set]!.push(position);
    }
    for (const [set, positions] of seen.entries()) {
      const count = mixture.counts[set]!;
      assert.ok(Math.abs(count - options.weights[set]! / total * options.roundLength) < 1);
      const expected = Array.from({ length: count }, (_, i) => round * count + i);
      assert.deepEqual(positions.sort((a, b) => a - b), expected);
    }
  }));
});

Deno.test("mixtureOrder() arranges each round anew", () => {
  const mixture = mixtureOrder({ weights: [1, 1], roundLength: 64, seed: 0 });
  const rounds = Array.from(
    { length: 20 },
    (_, round) => Array.from({ length: 64 }, (_, i) => mixture.at(64 * round + i).set).join(""),
  );
  assert.equal(new Set(rounds).size, 20); // of 64! / 32!² arrangements
});

Deno.test("mixtureOrder() refuses weights that say nothing", () => {
  const make = (weights: number[]) => () => mixtureOrder({ weights, roundLength: 10, seed: 0 });
  assert.throws(make([1, -1]), { message: "Weight 1 is -1: give a finite number ≥ 0" });
  assert.throws(make([0, 0]), { message: "The weights [0, 0] sum to 0: give at least one above 0" });
  assert.throws(make([]), RangeError);
  assert.throws(make([NaN]), RangeError);
  assert.throws(make([1, 1000]), {
    message: "Set 0 with weight 1 gets no sample in a round of 10: make the round longer or its weight 0",
  });
});
