import assert from "node:assert/strict";
import { sinCosPositions } from "./sin_cos_positions.ts";

Deno.test("sinCosPositions() tells the column first, then the row, sines before cosines", () => {
  const table = sinCosPositions(2, 2, 8); // ω = 1 and 10000^(−1/2) = 0.01
  const moved = [Math.sin(1), Math.sin(0.01), Math.cos(1), Math.cos(0.01)];
  const still = [0, 0, 1, 1];
  const row = (i: number) => [...table.subarray(8 * i, 8 * i + 8)];
  const float32 = (values: number[]) => [...Float32Array.from(values)];
  assert.deepEqual(row(0), [...still, ...still]); // h = 0, w = 0
  assert.deepEqual(row(1), float32([...moved, ...still])); // h = 0, w = 1
  assert.deepEqual(row(2), float32([...still, ...moved])); // h = 1, w = 0
  assert.deepEqual(row(3), float32([...moved, ...moved]));
});

Deno.test("sinCosPositions() runs the column fastest on a grid that is not square", () => {
  const table = sinCosPositions(2, 3, 4); // ω = 1
  assert.equal(table[4 * 5], Math.fround(Math.sin(2))); // token 5 is h = 1, w = 2
  assert.equal(table[4 * 5 + 2], Math.fround(Math.sin(1)));
});

Deno.test("sinCosPositions() refuses a width that four parts cannot share", () => {
  assert.throws(() => sinCosPositions(2, 2, 10), {
    name: "RangeError",
    message: /width 10: choose a multiple of 4/,
  });
});
