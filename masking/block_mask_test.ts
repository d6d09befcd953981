import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import fc from "fast-check";
import { blockMask, type BlockMaskOptions } from "./block_mask.ts";
import { randomMask } from "./random_mask.ts";
import type { TokenMask } from "./token_mask.ts";

const prng = (sample: number) => stream({ seed: 0, name: "mask", sample });
const numDraws = 4000;

function counts(options: BlockMaskOptions): number[] {
  return Array.from({ length: numDraws }, (_, sample) => blockMask(options, prng(sample)).masked.length);
}

/** Share of the 4-neighbours of masked patches that are masked as well. */
function neighborShare(masks: readonly TokenMask[], side: number): number {
  let neighbors = 0, masked = 0;
  for (const mask of masks) {
    const isMasked = new Set(mask.masked);
    for (const token of mask.masked) {
      const row = Math.floor(token / side), column = token % side;
      for (
        const [i, j] of [[row - 1, column], [row + 1, column], [row, column - 1], [row, column + 1]] as const
      ) {
        if (i < 0 || j < 0 || i >= side || j >= side) continue;
        neighbors++;
        if (isMasked.has(i * side + j)) masked++;
      }
    }
  }
  return masked / neighbors;
}

// Measured on a simulation in Python of the algorithm of BEiT's official code, with Python's random numbers: of 200,000 masks the share of exact
// ones and the mean, of 20,000 the least.
for (
  const [side, numMasked, minArea, exact, mean, least] of [
    [14, 75, 16, 0.664, 74.47, 64],
    [14, 78, 15, 0.706, 77.56, 67],
    [7, 20, 4, 0.97, 19.97, 17],
    [8, 24, 4, 0.965, 23.96, 22],
    [14, 120, 16, 0.696, 119.53, 106],
  ] as const
) {
  Deno.test(`blockMask() of ${numMasked} in ${side} × ${side} falls short as often as the official algorithm does`, () => {
    const found = counts({ grid: [side, side], numMasked, minArea });
    const share = found.filter((count) => count === numMasked).length / numDraws;
    const average = found.reduce((sum, count) => sum + count, 0) / numDraws;
    assert.ok(Math.max(...found) === numMasked);
    assert.ok(Math.min(...found) >= least - 6, `${Math.min(...found)}`); // the least of many draws scatters
    assert.ok(Math.abs(share - exact) < 4 * Math.sqrt(exact * (1 - exact) / numDraws), `${share}`); // four standard errors
    assert.ok(Math.abs(average - mean) < 0.1, `${average}`); // single masks deviate by at most 0.96 there, the mean of 4,000 by 0.015
  });
}

Deno.test("blockMask() of BEiT's sizes is exact in 64 to 71 of 100 masks, and 74.3 to 74.7 patches in the mean", () => {
  const found = counts({ grid: [14, 14], numMasked: 75, minArea: 16 });
  const exact = found.filter((count) => count === 75).length / numDraws;
  const mean = found.reduce((sum, count) => sum + count, 0) / numDraws;
  assert.ok(exact >= 0.64 && exact <= 0.71, `${exact}`); // 0.664 of the simulation; of 4,000 masks it deviates by √(0.664 · 0.336 / 4000) = 0.0075
  assert.ok(mean >= 74.3 && mean <= 74.7, `${mean}`); // 74.47 of the simulation
});

Deno.test("blockMask() masks neighbours together", () => {
  const options = { grid: [14, 14], numMasked: 75 } as const;
  const blocks = Array.from({ length: 500 }, (_, sample) => blockMask(options, prng(sample)));
  const singles = blocks.map(({ masked }, sample) => randomMask(196, masked.length / 196, prng(sample)));
  assert.ok(neighborShare(blocks, 14) > 0.84); // 0.86 of 4,000 masks of the simulation
  assert.ok(neighborShare(singles, 14) < 0.42); // by chance 74 of the 195 others, 0.38
});

Deno.test("blockMask() never fills a row or a column with one block", () => {
  const options = { grid: [6, 6], numMasked: 25, minArea: 25, maxArea: 25 } as const; // as squares alone: others of that area are 6 long
  for (let sample = 0; sample < 500; sample++) {
    const { masked } = blockMask(options, prng(sample));
    const rows = new Set([...masked].map((token) => Math.floor(token / 6)));
    const columns = new Set([...masked].map((token) => token % 6));
    assert.ok(rows.size <= 5 && columns.size <= 5, masked.join());
  }
  for (const grid of [[3, 14], [14, 3]] as const) { // blocks of 36 patches are too high or too wide for it
    const wide = blockMask({ grid, numMasked: 36, minArea: 36, maxArea: 36 }, prng(0));
    assert.equal(wide.masked.length, 0);
  }
});

Deno.test("blockMask() is the same for the same stream, and another for another", () => {
  const options = { grid: [14, 14], numMasked: 120, minArea: 16 } as const;
  const again = Array.from({ length: 50 }, (_, sample) => blockMask(options, prng(sample)));
  for (const [sample, mask] of again.entries()) assert.deepEqual(blockMask(options, prng(sample)), mask);
  assert.equal(new Set(again.map(({ masked }) => masked.join())).size, 50);
});

Deno.test("blockMask() with topUp is exact and keeps its blocks", () => {
  const sizes = fc.record({
    side: fc.integer({ min: 5, max: 16 }),
    share: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
    seed: fc.integer(),
  });
  fc.assert(fc.property(sizes, ({ side, share, seed }) => {
    const options = {
      grid: [side, side + 1],
      numMasked: Math.ceil(share * side * side),
      minArea: 4,
    } as const;
    const image = stream({ seed, name: "mask" });
    const short = blockMask(options, image);
    const exact = blockMask({ ...options, topUp: true }, image);
    assert.equal(exact.masked.length, options.numMasked);
    assert.ok(short.masked.length <= options.numMasked);
    const masked = new Set(exact.masked);
    assert.ok(short.masked.every((token) => masked.has(token)));
    assert.deepEqual([...exact.visible, ...exact.masked].sort((a, b) => a - b), [
      ...Array(side * (side + 1)).keys(),
    ]);
  }));
});

Deno.test("blockMask() with many attempts reaches its number, as BootMAE's does", () => {
  const options = { grid: [14, 14], numMasked: 120, maxArea: 60, maxAttempts: 10_000 } as const;
  for (let sample = 0; sample < 200; sample++) {
    assert.equal(blockMask(options, prng(sample)).masked.length, 120);
  }
});

Deno.test("blockMask() says which size is out of range", () => {
  const options = { grid: [14, 14], numMasked: 75 } as const;
  for (
    const wrong of [{ numMasked: 0 }, { numMasked: 196 }, { minArea: 0 }, { maxArea: 0 }, { minAspect: 0 }, {
      maxAttempts: 0,
    }]
  ) {
    assert.throws(() => blockMask({ ...options, ...wrong }, prng(0)), RangeError, JSON.stringify(wrong));
  }
  assert.throws(() => blockMask({ ...options, numMasked: 200 }, prng(0)), {
    message: "Cannot mask blocks with numMasked 200 in 196 patches: choose 1…195",
  });
  assert.throws(() => blockMask({ ...options, grid: [0, 14] }, prng(0)), {
    message: "A grid of 0 × 14 patches has none to mask: give two positive integers",
  });
});
