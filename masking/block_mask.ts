import type { Prng } from "@lacuna/random";
import { between, draws } from "./_draws.ts";
import { roundHalfEven } from "./_round_half_even.ts";
import { splitByFlags } from "./_split.ts";
import { type Grid, numPatches } from "./grid.ts";
import type { TokenMask } from "./token_mask.ts";

/** Sizes of a mask of rectangular blocks. */
export type BlockMaskOptions = {
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** Patches to mask; never more, often a few less. */
  readonly numMasked: number;
  /** Least area of a block in patches; 16 if left out, as the official script has it. */
  readonly minArea?: number;
  /** Greatest area of a block in patches; `numMasked` if left out. */
  readonly maxArea?: number;
  /** Least ratio of a block's height to its width, in (0, 1]; the greatest is its inverse. 0.3 if left out. */
  readonly minAspect?: number;
  /** Tries to place a block before the mask is left as it is; 10 if left out, at most 10,000. */
  readonly maxAttempts?: number;
  /** Whether single patches, drawn from what is left, make the number exact. False if left out. */
  readonly topUp?: boolean;
};

/**
 * Masks rectangular blocks until there are as many patches as asked for, or no block finds room any more.
 *
 * A block's area is uniform between `minArea` and what is left, its aspect log-uniform; it is strictly smaller than the grid on both sides,
 * and is placed where it masks something new, and not too much of it. With 75 of 14 × 14 patches some 66 % of the masks have just 75.
 * @param options Sizes.
 * @param prng Where to look; the same stream gives the same mask.
 * @returns Patches in row-major order; at most `numMasked` masked ones, with `topUp` exactly.
 * @throws {RangeError} If a size is out of range.
 * @see BEiT, arXiv:2106.08254, algorithm 1, and its official code, which this follows where the two differ
 */
export function blockMask(options: BlockMaskOptions, prng: Prng): TokenMask {
  const numTokens = numPatches(options.grid);
  const { numMasked, minArea = 16, maxArea = numMasked, minAspect = 0.3, maxAttempts = 10 } = options;
  check(options, numTokens);
  const next = draws(prng);
  const isMasked = new Uint8Array(numTokens);
  const shape = { grid: options.grid, minArea, minAspect, maxAttempts };
  let count = 0;
  while (count < numMasked) {
    const added = placeBlock(isMasked, shape, Math.min(numMasked - count, maxArea), next);
    if (added === 0) break;
    count += added;
  }
  if (options.topUp) {
    const left = [...isMasked.keys()].filter((i) => !isMasked[i]);
    for (; count < numMasked; count++) {
      const at = between(0, left.length - 1, next());
      isMasked[left[at]!] = 1;
      left[at] = left.at(-1)!;
      left.pop();
    }
  }
  return splitByFlags(isMasked);
}

type BlockShape = Required<Pick<BlockMaskOptions, "grid" | "minArea" | "minAspect" | "maxAttempts">>;

/** Masks one more block of at most `room` new patches; gives their number, 0 if none of the tries fits. */
function placeBlock(isMasked: Uint8Array, shape: BlockShape, room: number, next: () => number): number {
  const { grid: [gridHeight, gridWidth], minArea, minAspect, maxAttempts } = shape;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const area = minArea + next() * (room - minArea); // between the two also where there is less room than the least area
    const aspect = minAspect ** (1 - 2 * next()); // log-uniform
    const height = roundHalfEven(Math.sqrt(area * aspect));
    const width = roundHalfEven(Math.sqrt(area / aspect));
    if (!(height < gridHeight && width < gridWidth)) continue;
    const top = between(0, gridHeight - height, next());
    const left = between(0, gridWidth - width, next());
    let added = 0;
    for (let row = top; row < top + height; row++) {
      for (let column = left; column < left + width; column++) {
        added += 1 - isMasked[row * gridWidth + column]!;
      }
    }
    if (!(added > 0 && added <= room)) continue;
    for (let row = top; row < top + height; row++) {
      isMasked.fill(1, row * gridWidth + left, row * gridWidth + left + width);
    }
    return added;
  }
  return 0;
}

function check(
  { numMasked, minArea = 16, maxArea = numMasked, minAspect = 0.3, maxAttempts = 10 }: BlockMaskOptions,
  numTokens: number,
) {
  const refuse = (name: string, value: number, range: string) => {
    throw new RangeError(`Cannot mask blocks with ${name} ${value} in ${numTokens} patches: choose ${range}`);
  };
  if (!(Number.isInteger(numMasked) && numMasked >= 1 && numMasked < numTokens)) {
    refuse("numMasked", numMasked, `1…${numTokens - 1}`);
  }
  if (!(minArea >= 1 && minArea <= numTokens)) refuse("minArea", minArea, `1…${numTokens}`);
  if (!(maxArea >= 1)) refuse("maxArea", maxArea, "at least 1");
  if (!(minAspect > 0 && minAspect <= 1)) refuse("minAspect", minAspect, "a ratio in (0, 1]");
  if (!(Number.isInteger(maxAttempts) && maxAttempts >= 1 && maxAttempts <= 10_000)) {
    refuse("maxAttempts", maxAttempts, "1…10000");
  }
}
