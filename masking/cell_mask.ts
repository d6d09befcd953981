import { choice, type Prng } from "@lacuna/random";
import { maskOf } from "./_split.ts";
import { type Grid, numPatches } from "./grid.ts";
import type { TokenMask } from "./token_mask.ts";

/** Sizes of a mask of square cells. */
export type CellMaskOptions = {
  /** Rows and columns of patches. */
  readonly grid: Grid;
  /** Patches on a cell's side; divides both sides of the grid. */
  readonly cellSize: number;
  /** Share of the cells to mask, in (0, 1). */
  readonly ratio: number;
};

/**
 * Masks ⌈ratio · n⌉ of the n square cells of several patches each, uniformly and without replacement: 30 of 49 at 0.6, 22 of 36.
 * @param options Sizes.
 * @param prng Where to look; the same stream gives the same mask.
 * @returns Patches in row-major order, `cellSize`² a cell.
 * @throws {RangeError} If cells do not tile the grid, or all or none would be masked.
 * @see SimMIM, arXiv:2111.09886, §3.2, and its official code for the rounding
 */
export function cellMask({ grid, cellSize, ratio }: CellMaskOptions, prng: Prng): TokenMask {
  const numTokens = numPatches(grid);
  const [height, width] = grid;
  if (!(Number.isInteger(cellSize) && cellSize > 0 && height % cellSize === 0 && width % cellSize === 0)) {
    throw new RangeError(
      `Cells of ${cellSize} × ${cellSize} patches do not tile a grid of ${height} × ${width}: choose a divisor of both`,
    );
  }
  const cellColumns = width / cellSize;
  const numCells = numTokens / cellSize ** 2;
  const numMasked = Math.ceil(ratio * numCells);
  if (!(ratio > 0 && numMasked < numCells)) {
    throw new RangeError(
      `Cannot mask ${numMasked} of ${numCells} cells at ratio ${ratio}: choose one that leaves some of each`,
    );
  }
  const masked: number[] = [];
  for (const cell of choice(numCells, numMasked, prng)) {
    const top = Math.floor(cell / cellColumns) * cellSize;
    const left = cell % cellColumns * cellSize;
    for (let row = top; row < top + cellSize; row++) {
      for (let column = left; column < left + cellSize; column++) masked.push(row * width + column);
    }
  }
  return maskOf(numTokens, masked);
}
