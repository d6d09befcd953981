/**
 * Images as a network sees them, unchanged but for their scale.
 * @module
 */
import { augmentImages, type ImageEdit } from "@lacuna/tensor/augment-images";
import { pixelsOf } from "./_pixels_of.ts";
import type { ImageSet } from "./image_set.ts";

/**
 * The images of some samples, not augmented, with pixels scaled to [0, 1] and then normalized by the set's mean and
 * standard deviation: for evaluation.
 * @param set Where the samples are.
 * @param samples [B], indices into the set.
 * @returns [B, H, W, C].
 * @throws {RangeError} If a sample is not in the set.
 */
export function normalizeBatch(set: ImageSet, samples: ArrayLike<number>): Float32Array {
  const edit: ImageEdit = {
    box: { top: 0, left: 0, height: set.height, width: set.width },
    flip: false,
    lights: [{ brightness: 1, contrast: 1, contrastFirst: false }],
  };
  const edits = Array.from(samples, () => edit);
  const [images = new Float32Array(0)] = augmentImages(pixelsOf(set, samples), set, edits);
  return images;
}
