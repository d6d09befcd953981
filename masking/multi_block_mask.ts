import { type Prng, substream } from "@lacuna/random";
import { between, draws } from "./_draws.ts";
import { roundHalfEven } from "./_round_half_even.ts";
import { type Grid, numPatches } from "./grid.ts";
import type { TokenMask } from "./token_mask.ts";

/** Sizes of one context and of several targets. */
export type MultiBlockMaskOptions = {
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** Blocks to predict; 4 if left out. */
  readonly numTargets?: number;
  /** Least and greatest share of the patches in a target, in (0, 1); [0.15, 0.2] if left out. */
  readonly targetScale?: readonly [low: number, high: number];
  /** Least and greatest ratio of a target's height to its width; [0.75, 1.5] if left out. */
  readonly targetAspect?: readonly [low: number, high: number];
  /** Least and greatest share of the patches in the context before targets are cut out, in (0, 1]; [0.85, 1] if left out. */
  readonly contextScale?: readonly [low: number, high: number];
  /** Patches that are left of a context, at least; 10 if left out, or a tenth of a smaller grid. */
  readonly minContext?: number;
};

/**
 * Draws one block to see and several to predict, each a mask of its own: the same `visible` context, and `masked` the patches of one target.
 * Targets may overlap each other; the context has none of theirs. Patches in neither are no part of a mask.
 * @param options Sizes.
 * @param prng Where to look; the same stream gives the same masks.
 * @returns A mask for each target, patches in row-major order.
 * @throws {RangeError} If a size is out of range, or a thousand tries leave less than `minContext` patches to see.
 * @see I-JEPA, arXiv:2301.08243, §3; blocks are strictly smaller than the grid as in its official code, which draws sizes once a batch,
 * where this draws them for each sample
 */
export function multiBlockMask(options: MultiBlockMaskOptions, prng: Prng): TokenMask[] {
  const {
    grid,
    numTargets = 4,
    targetScale = [0.15, 0.2],
    targetAspect = [0.75, 1.5],
    contextScale = [0.85, 1],
  } = options;
  const numTokens = numPatches(grid);
  const minContext = options.minContext ?? Math.min(10, Math.ceil(numTokens / 10));
  checkRange("targetScale", targetScale, 1);
  checkRange("contextScale", contextScale, 1);
  checkRange("targetAspect", targetAspect, Infinity);
  if (!(Number.isInteger(numTargets) && numTargets >= 1)) {
    throw new RangeError(`Cannot draw ${numTargets} targets: give a positive integer`);
  }
  if (!(grid[0] >= 2 && grid[1] >= 2)) {
    throw new RangeError(
      `No block is smaller than a grid of ${grid[0]} × ${grid[1]} patches on both sides: cut more patches`,
    );
  }
  if (!(minContext >= 1 && minContext < numTokens)) {
    throw new RangeError(
      `Cannot leave ${minContext} of ${numTokens} patches to see: choose 1…${numTokens - 1}`,
    );
  }
  for (let attempt = 0; attempt < 1000; attempt++) {
    const next = draws(substream(prng, `${attempt}`));
    const targets = Array.from(
      { length: numTargets },
      () => drawBlock(grid, targetScale, targetAspect, next),
    );
    const hidden = new Set(targets.flatMap((target) => [...target]));
    const visible = drawBlock(grid, contextScale, [1, 1], next).filter((token) => !hidden.has(token));
    if (visible.length >= minContext) return targets.map((masked) => ({ visible, masked }));
  }
  throw new RangeError(
    `${numTargets} targets of ${
      targetScale.join("–")
    } of the patches leave less than ${minContext} of ${numTokens} to see: ` +
      `draw fewer or smaller ones, or lower minContext`,
  );
}

/** The patches of a block, ascending. */
function drawBlock(
  [gridHeight, gridWidth]: Grid,
  [low, high]: readonly [number, number],
  [narrow, wide]: readonly [number, number],
  next: () => number,
): Int32Array {
  const area = gridHeight * gridWidth * (low + next() * (high - low));
  const aspect = narrow + next() * (wide - narrow);
  const side = (length: number, most: number) => Math.max(1, Math.min(roundHalfEven(length), most - 1));
  const height = side(Math.sqrt(area * aspect), gridHeight);
  const width = side(Math.sqrt(area / aspect), gridWidth);
  const top = between(0, gridHeight - height, next());
  const left = between(0, gridWidth - width, next());
  return Int32Array.from(
    { length: height * width },
    (_, i) => (top + Math.floor(i / width)) * gridWidth + left + i % width,
  );
}

function checkRange(name: string, [low, high]: readonly [number, number], most: number): void {
  if (!(low > 0 && low <= high && high <= most && high < Infinity)) {
    throw new RangeError(
      `${name} [${low}, ${high}] is no range: give 0 < low ≤ high${most < Infinity ? ` ≤ ${most}` : ""}`,
    );
  }
}
