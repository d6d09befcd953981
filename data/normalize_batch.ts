/**
 * Images as a network sees them, unchanged but for their scale.
 * @module
 */
import { imageOf } from "./_image_of.ts";
import { normalize } from "./_normalize.ts";
import type { ImageSet } from "./image_set.ts";

/**
 * The images of some samples, not augmented, with pixels scaled to [0, 1] and then normalized by the set's mean and
 * standard deviation: for evaluation.
 * @param set Where the samples are.
 * @param samples [B], indices into the set.
 * @param out [B, H, W, C], written; a new array if left out.
 * @returns `out`.
 * @throws {RangeError} If a sample is not in the set.
 */
export function normalizeBatch(
  set: ImageSet,
  samples: ArrayLike<number>,
  out: Float32Array = new Float32Array(samples.length * set.height * set.width * set.channels),
): Float32Array {
  const imageLength = set.height * set.width * set.channels;
  for (let b = 0; b < samples.length; b++) {
    normalize(imageOf(set, samples[b]!), 1 / 255, set, out, b * imageLength);
  }
  return out;
}
