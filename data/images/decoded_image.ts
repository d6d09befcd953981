/**
 * What every decoder gives.
 * @module
 */

/** An image in memory. */
export type DecodedImage = {
  /** H, rows. */
  readonly height: number;
  /** W, columns. */
  readonly width: number;
  /** C: 1 grey, 3 red, green and blue, 4 the same and alpha (not premultiplied). */
  readonly channels: 1 | 3 | 4;
  /** [H, W, C], 0…255 as in the file: no colour profile and no gamma is applied. */
  readonly pixels: Uint8Array<ArrayBuffer>;
};
