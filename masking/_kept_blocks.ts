import { type Prng, uniform } from "@lacuna/random";
import { numPatches } from "./grid.ts";
import type { InverseBlockMaskOptions } from "./inverse_block_mask.ts";

/** Blocks that a mask keeps, before single patches make their number exact. */
export type KeptBlocks = {
  /** ⌊N · (1 − R + A) / B²⌋ patches, which may be the same. */
  readonly centres: readonly number[];
  /** [N], 1 = in no block. */
  readonly isMasked: Uint8Array;
};

/** The blocks around centres that are drawn with replacement; what lies outside the grid is pushed in. */
export function keptBlocks(
  { grid, ratio, blockSize, adjust }: InverseBlockMaskOptions,
  prng: Prng,
): KeptBlocks {
  const [height, width] = grid;
  const numTokens = numPatches(grid);
  const numBlocks = Math.floor(numTokens * (1 - ratio + adjust) / blockSize ** 2);
  const centres = Array.from(
    { length: numBlocks },
    (_, block) => Math.floor(uniform(prng, block) * numTokens),
  );
  const isMasked = new Uint8Array(numTokens).fill(1);
  const clamp = (at: number, size: number) => Math.min(Math.max(at, 0), size - 1);
  for (const centre of centres) {
    const top = Math.floor(centre / width) - Math.floor(blockSize / 2);
    const left = centre % width - Math.floor(blockSize / 2);
    for (let i = 0; i < blockSize; i++) {
      for (let j = 0; j < blockSize; j++) {
        isMasked[clamp(top + i, height) * width + clamp(left + j, width)] = 0;
      }
    }
  }
  return { centres, isMasked };
}
