import assert from "node:assert/strict";
import fc from "fast-check";
import { philox4x32, stream } from "@lacuna/random";
import { indexPermutation } from "./index_permutation.ts";

const key = (seed: number, epoch = 0) => stream({ seed, name: "test order", epoch });

Deno.test("indexPermutation() holds 0…n − 1 once each", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 3000 }), fc.integer(), (n, seed) => {
    const order = new Float64Array(n);
    indexPermutation(n, key(seed)).fill(0, order);
    assert.deepEqual(order.sort(), Float64Array.from({ length: n }, (_, i) => i));
  }));
});

Deno.test("indexPermutation() of any size can be undone and be looked up in any part", () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.integer(), (a, b, seed) => {
    const n = 1 + a % 2 ** 52, from = b % n;
    const order = indexPermutation(n, key(seed));
    const part = new Float64Array(Math.min(n - from, 300)); // more than one tile
    order.fill(from, part);
    for (const [i, sample] of part.entries()) {
      assert.ok(sample >= 0 && sample < n);
      assert.equal(order.at(from + i), sample);
      assert.equal(order.positionOf(sample), from + i);
    }
  }));
});

/** The definition, on BigInt: digits to the bases a and b, each moved on in turn by a hash of the other. */
function permutedByDefinition(index: number, n: number, seed: number): number {
  const word = (x: bigint) => x & 0xffffffffn;
  const a = BigInt(Math.ceil(Math.sqrt(n))), b = BigInt(Math.ceil(n / Number(a)));
  const numRounds = n < 256 ? 32 : 8;
  const { seed: k0, nameHash: k1, epoch } = key(seed, 2);
  let [high, low] = [BigInt(index) / b, BigInt(index) % b];
  do {
    for (let round = 0; round < numRounds; round++) {
      const words = philox4x32([Math.floor(round / 2), epoch, 0, 0], [k0, k1]);
      const [first, second] = [BigInt(words[2 * (round % 2)]!), BigInt(words[2 * (round % 2) + 1]!)];
      const mixed = word((round % 2 === 0 ? low : high) ^ first) * 0x9e3779b1n;
      const hash = word(word((word(mixed) ^ (word(mixed) >> 15n)) + second) * 0x85ebca6bn);
      if (round % 2 === 0) high = (high + (hash * a >> 32n)) % a;
      else low = (low + (hash * b >> 32n)) % b;
    }
  } while (high * b + low >= n);
  return Number(high * b + low);
}

Deno.test("indexPermutation() is what its definition says, in exact arithmetic", () => {
  fc.assert(fc.property(fc.maxSafeNat(), fc.maxSafeNat(), fc.integer({ min: 1, max: 52 }), (a, b, bits) => {
    const n = 1 + a % 2 ** bits, index = b % n, seed = a % 1000;
    assert.equal(indexPermutation(n, key(seed, 2)).at(index), permutedByDefinition(index, n, seed));
  }));
});

Deno.test("indexPermutation() gives each of the 120 orders of 5 equally often", () => {
  const numKeys = 24_000;
  const counts = new Map<string, number>();
  const order = new Float64Array(5);
  for (let epoch = 0; epoch < numKeys; epoch++) {
    indexPermutation(5, key(0, epoch)).fill(0, order);
    counts.set(order.join(), (counts.get(order.join()) ?? 0) + 1);
  }
  assert.equal(counts.size, 120); // 5!
  assert.ok(chiSquare([...counts.values()], numKeys / 120) < 172.4); // 119 degrees of freedom: 1 in 1,000 lies above
});

Deno.test("indexPermutation() takes a place and its neighbour to independent places, and so in the next epoch", () => {
  const n = 1e9, numDrawn = 2 ** 18, numBins = 32;
  const [first, second] = [new Float64Array(numDrawn), new Float64Array(numDrawn)];
  indexPermutation(n, key(1, 0)).fill(0, first);
  indexPermutation(n, key(1, 1)).fill(0, second);
  const bin = (sample: number) => Math.floor(sample / n * numBins);
  const pairs = new Float64Array(numBins ** 2), epochs = new Float64Array(numBins ** 2);
  for (let i = 0; i < numDrawn; i++) {
    pairs[bin(first[i]!) * numBins + bin(first[(i + 1) % numDrawn]!)]!++;
    epochs[bin(first[i]!) * numBins + bin(second[i]!)]!++;
  }
  const limit = 1168.5; // 1,023 degrees of freedom: 1 in 1,000 lies above
  assert.ok(chiSquare(pairs, numDrawn / numBins ** 2) < limit);
  assert.ok(chiSquare(epochs, numDrawn / numBins ** 2) < limit);
});

Deno.test("indexPermutation() refuses what it cannot permute", () => {
  for (const n of [-1, 0.5, NaN, 2 ** 52 + 1]) assert.throws(() => indexPermutation(n, key(0)), RangeError);
  const order = indexPermutation(10, key(0));
  assert.throws(() => order.at(10), { message: "Position is 10: give an integer in 0…9" });
  assert.throws(() => order.positionOf(-1), RangeError);
  assert.throws(() => order.fill(8, new Float64Array(3)), {
    message: "Cannot give 3 positions from 8 on: there are 10",
  });
});

function chiSquare(counts: Iterable<number>, expected: number): number {
  let sum = 0;
  for (const count of counts) sum += (count - expected) ** 2 / expected;
  return sum;
}
