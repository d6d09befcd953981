import { choice, type Prng, substream } from "@lacuna/random";
import { keptBlocks } from "./_kept_blocks.ts";
import { splitByFlags } from "./_split.ts";
import { type Grid, numPatches } from "./grid.ts";
import type { TokenMask } from "./token_mask.ts";

/** Sizes of a mask that keeps blocks. */
export type InverseBlockMaskOptions = {
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** R, the share of the patches to mask, in (0, 1). */
  readonly ratio: number;
  /** B, patches on a kept block's side; 1 is plain random masking. */
  readonly blockSize: number;
  /** A, how much more than is to be kept the blocks would cover if none overlapped; ≥ 0. */
  readonly adjust: number;
};

/**
 * Keeps square blocks and masks the rest, exactly ⌊N · (1 − R)⌋ patches being kept.
 *
 * Centres of ⌊N · (1 − R + A) / B²⌋ blocks are drawn with replacement, blocks at the border lie half outside and are pushed in, then single
 * patches are dropped or added at random until the number is right.
 * @param options Sizes.
 * @param prng Where to look; the same stream gives the same mask.
 * @returns Patches in row-major order; of 196 patches 39 are visible at (0.8, 3, 0.07), 49 at (0.75, 3, 0.1).
 * @throws {RangeError} If a size is out of range, or all or none would be masked.
 * @see data2vec 2.0, arXiv:2212.07525, §3.3, and its official code
 */
export function inverseBlockMask(options: InverseBlockMaskOptions, prng: Prng): TokenMask {
  const { grid, ratio, blockSize, adjust } = options;
  const [height, width] = grid;
  const numTokens = numPatches(grid);
  const numVisible = Math.floor(numTokens * (1 - ratio));
  if (!(ratio > 0 && numVisible >= 1 && numVisible < numTokens)) {
    throw new RangeError(
      `Cannot keep ${numVisible} of ${numTokens} patches at ratio ${ratio}: choose one that leaves some of each`,
    );
  }
  if (
    !(Number.isInteger(blockSize) && blockSize >= 1 && blockSize <= Math.min(height, width) && adjust >= 0)
  ) {
    throw new RangeError(
      `Cannot keep blocks of side ${blockSize} with adjustment ${adjust} in ${height} × ${width} patches: ` +
        `choose a side of 1…${Math.min(height, width)} and an adjustment ≥ 0`,
    );
  }
  const isMasked = keptBlocks(options, prng);
  const { visible, masked } = splitByFlags(isMasked);
  const excess = visible.length - numVisible;
  const from = excess > 0 ? visible : masked;
  for (const at of choice(from.length, Math.abs(excess), substream(prng, "exact"))) {
    isMasked[from[at]!] = excess > 0 ? 1 : 0;
  }
  return splitByFlags(isMasked);
}
