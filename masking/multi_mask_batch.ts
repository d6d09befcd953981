import type { Prng } from "@lacuna/random";
import { type MaskBatch, maskBatch } from "./mask_batch.ts";
import { maskRows } from "./mask_rows.ts";
import { multiMask, type MultiMaskOptions } from "./multi_mask.ts";

/**
 * Draws K masks for each of B images, mask-major: row k · B + b is mask k of image b.
 * @param options Sizes and kind, the same for every image.
 * @param prngs [B], one stream an image; images with the same stream get the same masks.
 * @returns K · B rows.
 * @throws {RangeError} If B is 0, or as `multiMask()`.
 * @see ExtreMA, arXiv:2206.04667, and `generate_mask` of its official code for the layout
 */
export function multiMaskBatch(options: MultiMaskOptions, prngs: readonly Prng[]): MaskBatch {
  if (prngs.length === 0) throw new RangeError("Cannot draw masks for 0 images: give one stream an image");
  return maskBatch(maskRows(prngs.map((prng) => multiMask(options, prng)), "mask-major"));
}
