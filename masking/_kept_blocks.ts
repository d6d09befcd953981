import { type Prng, uniform } from "@lacuna/random";
import { numPatches } from "./grid.ts";
import type { InverseBlockMaskOptions } from "./inverse_block_mask.ts";

/**
 * What ⌊N · (1 − R + A) / B²⌋ blocks leave masked, before single patches make the number exact: their centres are drawn with replacement, and what
 * lies outside the grid is pushed in.
 * @returns [N], 1 = in no block.
 */
export function keptBlocks(
  { grid, ratio, blockSize, adjust }: InverseBlockMaskOptions,
  prng: Prng,
): Uint8Array {
  const [height, width] = grid;
  const numTokens = numPatches(grid);
  const numBlocks = Math.floor(numTokens * (1 - ratio + adjust) / blockSize ** 2);
  const isMasked = new Uint8Array(numTokens).fill(1);
  const clamp = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  for (let block = 0; block < numBlocks; block++) {
    const centre = Math.floor(uniform(prng, block) * numTokens);
    const top = Math.floor(centre / width) - Math.floor(blockSize / 2);
    const left = centre % width - Math.floor(blockSize / 2);
    for (let i = 0; i < blockSize; i++) {
      for (let j = 0; j < blockSize; j++) {
        isMasked[clamp(top + i, height) * width + clamp(left + j, width)] = 0;
      }
    }
  }
  return isMasked;
}
