import assert from "node:assert/strict";
import fc from "fast-check";
import { mulHigh } from "./_mul_high.ts";

const word = fc.oneof(
  fc.integer({ min: 0, max: 0xffffffff }),
  fc.constantFrom(0, 1, 0xffff, 0x10000, 0xffffffff),
);

Deno.test("mulHigh() is the upper half of the exact product", () => {
  fc.assert(fc.property(word, word, (a, b) => {
    assert.equal(mulHigh(a, b), Number((BigInt(a) * BigInt(b)) >> 32n));
  }));
});
