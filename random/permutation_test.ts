import assert from "node:assert/strict";
import fc from "fast-check";
import { integer } from "./integer.ts";
import { permutation } from "./permutation.ts";
import { stream } from "./stream.ts";

Deno.test("permutation() holds 0…n − 1 once each", () => {
  fc.assert(fc.property(fc.nat(300), fc.integer(), (n, seed) => {
    const order = permutation(n, stream({ seed, name: "order" }));
    assert.deepEqual([...order].sort((a, b) => a - b), [...Array(n).keys()]);
  }));
});

Deno.test("permutation() takes at place i the integer() at index i out of those left", () => {
  const prng = stream({ seed: 4, name: "order" });
  const left = [0, 1, 2];
  const first = integer(prng, 0, 3);
  const order = [left[first]];
  left[first] = left[0]!; // 0 goes to the gap
  const second = 1 + integer(prng, 1, 2);
  order.push(left[second]);
  assert.deepEqual([...permutation(3, prng)].slice(0, 2), order);
});

Deno.test("permutation() gives each of the 24 orders of 4 equally often", () => {
  const n = 48_000;
  const counts = new Map<string, number>();
  for (let sample = 0; sample < n; sample++) {
    const order = permutation(4, stream({ seed: 0, name: "orders", sample })).join();
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  const expected = n / 24;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.equal(counts.size, 24); // 4!
  assert.ok(chiSquare < 49.73, `${chiSquare}`); // 23 degrees of freedom: 1 in 1,000 lies above
});

Deno.test("permutation() of other samples and epochs is another", () => {
  const orders = [[0, 0], [0, 1], [1, 0], [1, 1]].map(([epoch, sample]) =>
    permutation(20, stream({ seed: 0, name: "order", epoch: epoch!, sample: sample! })).join()
  );
  assert.equal(new Set(orders).size, 4); // of 20! orders, none twice
});
