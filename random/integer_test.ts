import assert from "node:assert/strict";
import fc from "fast-check";
import { integer } from "./integer.ts";
import { stream } from "./stream.ts";
import { uniform } from "./uniform.ts";

Deno.test("integer() is the uniform number scaled to its bound", () => {
  const bound = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  fc.assert(fc.property(bound, fc.nat(), fc.integer(), (bound, index, seed) => {
    const prng = stream({ seed, name: "scale" });
    const value = integer(prng, index, bound);
    const low = bound * uniform(prng, index); // from the word's upper 24 bits; the lower 8 add less than bound / 2²⁴
    assert.ok(Number.isInteger(value) && value < bound);
    assert.ok(value >= Math.floor(low) && value < low + bound * 2 ** -24);
  }));
});

Deno.test("integer() is 0 for the bound 1", () => {
  const prng = stream({ seed: 0, name: "one" });
  for (let index = 0; index < 16; index++) assert.equal(integer(prng, index, 1), 0);
});

Deno.test("integer() takes each of 10 values equally often", () => {
  const n = 100_000;
  const prng = stream({ seed: 0, name: "digits" });
  const counts = new Float64Array(10);
  for (let index = 0; index < n; index++) counts[integer(prng, index, 10)]!++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - n / 10) ** 2 / (n / 10), 0);
  assert.ok(chiSquare < 27.88, `${chiSquare}`); // 9 degrees of freedom: 1 in 1,000 lies above
});

Deno.test("integer() refuses a bound that leaves nothing", () => {
  const prng = stream({ seed: 0, name: "none" });
  for (const bound of [0, -1, 1.5, NaN, 2 ** 32]) assert.throws(() => integer(prng, 0, bound), RangeError);
  assert.throws(() => integer(prng, -1, 10), { message: "Index is -1: give an integer in 0…17179869183" });
});
