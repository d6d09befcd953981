import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import fc from "fast-check";
import { cellMask } from "./cell_mask.ts";

const prng = stream({ seed: 0, name: "mask" });

Deno.test("cellMask() masks ⌈0.6 · n⌉ whole cells", () => {
  for (const [side, cellSize, numCells] of [[12, 2, 22], [14, 2, 30], [8, 1, 39], [8, 2, 10]] as const) { // of 36, 49, 64, 16
    const { masked } = cellMask({ grid: [side, side], cellSize, ratio: 0.6 }, prng);
    assert.equal(masked.length, numCells * cellSize ** 2);
  }
});

Deno.test("cellMask() masks all patches of a cell or none", () => {
  const sizes = fc.record({
    rows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 2, max: 6 }),
    cellSize: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
  });
  fc.assert(fc.property(sizes, ({ rows, columns, cellSize, seed }) => {
    const grid = [rows * cellSize, columns * cellSize] as const;
    const { visible, masked } = cellMask({ grid, cellSize, ratio: 0.4 }, stream({ seed, name: "mask" }));
    assert.deepEqual([...visible, ...masked].sort((a, b) => a - b), [...Array(grid[0] * grid[1]).keys()]);
    const cellOf = (token: number) =>
      Math.floor(token / grid[1] / cellSize) * columns + Math.floor(token % grid[1] / cellSize);
    const maskedCells = new Set([...masked].map(cellOf));
    assert.ok(visible.every((token) => !maskedCells.has(cellOf(token))));
  }));
});

Deno.test("cellMask() hides every patch equally often", () => {
  const options = { grid: [6, 8], cellSize: 2, ratio: 0.6 } as const; // 8 of 12 cells
  const numHidden = new Float64Array(48);
  const numMasks = 10_000, share = 8 / 12;
  for (let sample = 0; sample < numMasks; sample++) {
    for (const patch of cellMask(options, stream({ seed: 0, name: "mask", sample })).masked) {
      numHidden[patch]! += 1;
    }
  }
  const deviation = Math.sqrt(numMasks * share * (1 - share)); // of how often one patch is hidden, a binomial count
  for (const [patch, count] of numHidden.entries()) {
    assert.ok(Math.abs(count - numMasks * share) < 5 * deviation, `${patch}: ${count} of ${numMasks}`);
  }
});

Deno.test("cellMask() refuses cells that do not tile and ratios that leave none", () => {
  assert.throws(() => cellMask({ grid: [14, 14], cellSize: 4, ratio: 0.6 }, prng), {
    name: "RangeError",
    message: "Cells of 4 × 4 patches do not tile a grid of 14 × 14: choose a divisor of both",
  });
  for (const ratio of [0, 1, 0.99, NaN]) {
    assert.throws(() => cellMask({ grid: [14, 14], cellSize: 2, ratio }, prng), RangeError, `${ratio}`);
  }
});
