import assert from "node:assert/strict";
import fc from "fast-check";
import { philox4x32 } from "./philox4x32.ts";

Deno.test("philox4x32() gives the known answers of Random123's kat_vectors", () => {
  const ones = 0xffffffff;
  assert.deepEqual([...philox4x32([0, 0, 0, 0], [0, 0])], [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  assert.deepEqual(
    [...philox4x32([ones, ones, ones, ones], [ones, ones])],
    [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  );
  assert.deepEqual( // digits of π
    [...philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])],
    [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  );
});

/** One round after the other on BigInt, straight from the paper's figure. */
function philoxReference(counter: readonly bigint[], key: readonly bigint[]): number[] {
  let [c0, c1, c2, c3] = counter as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const p0 = 0xd2511f53n * c0, p1 = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & 0xffffffffn, (p0 >> 32n) ^ c3 ^ k1, p0 & 0xffffffffn];
    [k0, k1] = [(k0 + 0x9e3779b9n) & 0xffffffffn, (k1 + 0xbb67ae85n) & 0xffffffffn];
  }
  return [c0, c1, c2, c3].map(Number);
}

Deno.test("philox4x32() agrees with exact arithmetic at any counter and key", () => {
  const word = fc.integer({ min: 0, max: 0xffffffff });
  fc.assert(fc.property(fc.tuple(word, word, word, word), fc.tuple(word, word), (counter, key) => {
    assert.deepEqual([...philox4x32(counter, key)], philoxReference(counter.map(BigInt), key.map(BigInt)));
  }));
});
