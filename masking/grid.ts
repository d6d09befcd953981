/**
 * How patches lie in an image.
 * @module
 */

/** Rows and columns of the patches of an image. */
export type Grid = readonly [height: number, width: number];

/**
 * N, after checking that there are patches.
 * @throws {RangeError} If a side is not a positive integer.
 */
export function numPatches([height, width]: Grid): number {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw new RangeError(
      `A grid of ${height} × ${width} patches has none to mask: give two positive integers`,
    );
  }
  return height * width;
}
