/**
 * Images as a network sees them, unchanged but for their scale.
 * @module
 */
import type { ImageSet } from "./image_set.ts";

/**
 * The images of some samples, not augmented, with pixels scaled to [0, 1] and then normalized by the set's mean and
 * standard deviation: for evaluation.
 *
 * @example
 * ```ts
 * import { normalizeBatch } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const set = {
 *   name: "two", height: 1, width: 2, channels: 1, numClasses: 1, classNames: ["any"], size: 2,
 *   images: Uint8Array.of(0, 255, 51, 102), labels: Int32Array.of(0, 0), mean: [0.5], std: [0.25], contentHash: "",
 * };
 * assert.deepEqual([...normalizeBatch(set, [0])], [-2, 2]); // (0 − 0.5) / 0.25, (1 − 0.5) / 0.25
 * ```
 * @param set Where the samples are.
 * @param samples [B], indices into the set.
 * @returns [B, H, W, C].
 * @throws {RangeError} If a sample is not in the set.
 */
export function normalizeBatch(set: ImageSet, samples: ArrayLike<number>): Float32Array {
  const { images, size, height, width, channels, mean, std } = set;
  const tables = mean.map((mean, c) =>
    Float32Array.from({ length: 256 }, (_, i) => (i / 255 - mean) / std[c]!)
  );
  const length = height * width * channels;
  const batch = new Float32Array(samples.length * length);
  for (let b = 0; b < samples.length; b++) {
    const sample = samples[b]!;
    if (!(Number.isInteger(sample) && sample >= 0 && sample < size)) {
      throw new RangeError(`There is no sample ${sample} in a set of ${size}: choose 0…${size - 1}`);
    }
    for (let c = 0; c < channels; c++) {
      const table = tables[c]!;
      for (let i = c; i < length; i += channels) batch[b * length + i] = table[images[sample * length + i]!]!;
    }
  }
  return batch;
}
