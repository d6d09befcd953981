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

Deno.test("sinCosPositions() of width 4 are MAE's, and BootMAE's with the halves swapped", () => {
  const [s, c] = [0.841471, 0.540302]; // sin 1 and cos 1
  const mae = [[0, 1, 0, 1], [s, c, 0, 1], [0, 1, s, c], [s, c, s, c]]; // patch by patch
  const bootmae = [[0, 1, 0, 1], [0, 1, s, c], [s, c, 0, 1], [s, c, s, c]];
  for (const [first, rows] of [["column", mae], ["row", bootmae]] as const) {
    const table = sinCosPositions(2, 2, 4, first);
    for (const [at, expected] of rows.flat().entries()) {
      assert.ok(Math.abs(table[at]! - expected) < 1e-6, `${first}: ${table}`); // six decimals
    }
  }
  assert.deepEqual(sinCosPositions(2, 2, 4), sinCosPositions(2, 2, 4, "column"));
  const swapped = sinCosPositions(2, 3, 8, "row"), table = sinCosPositions(2, 3, 8);
  for (let at = 0; at < 6; at++) {
    const [row, own] = [swapped, table].map((values) => [...values.subarray(8 * at, 8 * at + 8)]);
    assert.deepEqual(row, [...own!.slice(4), ...own!.slice(0, 4)]);
  }
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
