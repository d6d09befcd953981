import type { Prng } from "@lacuna/random";
import { multiMask, type MultiMaskOptions } from "./multi_mask.ts";

/**
 * Draws K masks for each of B images, mask-major: row i · B + b holds the tokens that mask i keeps of image b.
 * @param options Sizes and kind, the same for every image.
 * @param prngs [B], one stream an image; images with the same stream get the same masks.
 * @returns [K · B, V] flattened, kept indices in 0…N − 1, in random order within a row.
 * @throws {RangeError} If B is 0, or as `multiMask()`.
 * @see ExtreMA, arXiv:2206.04667, and `generate_mask` of its official code for the layout
 */
export function multiMaskBatch(options: MultiMaskOptions, prngs: readonly Prng[]): Int32Array {
  const batchSize = prngs.length;
  if (batchSize === 0) throw new RangeError("Cannot draw masks for 0 images: give one stream an image");
  const perImage = prngs.map((prng) => multiMask(options, prng)); // [B][K][V]
  const visible = perImage[0]![0]!.length;
  const rows = new Int32Array(options.numMasks * batchSize * visible);
  for (const [b, masks] of perImage.entries()) {
    for (const [i, kept] of masks.entries()) rows.set(kept, (i * batchSize + b) * visible);
  }
  return rows;
}
