import { integer, type Prng } from "@lacuna/random";
import { maskAllBut } from "./_split.ts";
import { type Grid, numPatches } from "./grid.ts";
import type { TokenMask } from "./token_mask.ts";

/**
 * Keeps one patch of every square of `stride` × `stride`, the same one in each: 75 % are masked with a stride of 2.
 * @param grid Rows and columns of patches.
 * @param stride Patches on a square's side, ≥ 2; divides both sides of the grid.
 * @param prng Where to look for the place within the square; the same stream gives the same mask.
 * @returns Patches in row-major order, N / stride² of them visible.
 * @throws {RangeError} If squares do not tile the grid.
 * @see MAE, arXiv:2111.06377, figure 6 "grid-wise sampling"
 */
export function gridMask(grid: Grid, stride: number, prng: Prng): TokenMask {
  const numTokens = numPatches(grid);
  const [height, width] = grid;
  if (!(Number.isInteger(stride) && stride >= 2 && height % stride === 0 && width % stride === 0)) {
    throw new RangeError(
      `Squares of ${stride} × ${stride} patches do not tile a grid of ${height} × ${width}: choose a divisor of both, at least 2`,
    );
  }
  const [row, column] = [integer(prng, 0, stride), integer(prng, 1, stride)];
  const visible: number[] = [];
  for (let i = row; i < height; i += stride) {
    for (let j = column; j < width; j += stride) visible.push(i * width + j);
  }
  return maskAllBut(numTokens, visible);
}
