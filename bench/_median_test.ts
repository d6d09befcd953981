import assert from "node:assert/strict";
import { median } from "./_median.ts";

Deno.test("median() is the number in the middle, or the mean of the two there", () => {
  assert.equal(median([7]), 7);
  assert.equal(median([100, 1, 20]), 20); // by size, not by text
  assert.equal(median([4, 1, 3, 2]), 2.5); // (2 + 3) / 2
});
