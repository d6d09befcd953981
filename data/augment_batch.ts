/**
 * Two views of each image, for a student and its teacher.
 * @module
 */
import { augmentImages } from "@lacuna/tensor/augment-images";
import { drawEdits } from "./_draw_edits.ts";
import { pixelsOf } from "./_pixels_of.ts";
import type { EpochAddress } from "./epoch_order.ts";
import type { ImageSet } from "./image_set.ts";
import type { JitterRange } from "./random_light.ts";
import type { CropRange } from "./random_resized_crop.ts";

/** What is done to the images. */
export type Augmentation = {
  /** Drawn once an image. */
  readonly crop: CropRange;
  /** Share of the images that are mirrored left to right, in [0, 1]; drawn once an image. */
  readonly flipProbability: number;
  /** Drawn for each view anew. */
  readonly jitter: JitterRange;
};

/** Two views of each image, normalized by the set's mean and standard deviation. */
export type ViewBatch = {
  /** [B, H, W, C]. */
  readonly student: Float32Array;
  /** [B, H, W, C], of the same part of the same images. */
  readonly teacher: Float32Array;
};

/**
 * Two views of each sample: the same random part of the image, mirrored or not, but each with a brightness and contrast
 * of its own ("shared crop + color" of ExtreMA, arXiv:2206.04667). What is drawn for a sample depends on seed, epoch
 * and sample alone, not on the batch it is in.
 *
 * @example
 * ```ts
 * import { augmentBatch, type Augmentation, type ImageSet } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const set: ImageSet = {
 *   name: "ramps", height: 4, width: 4, channels: 1, numClasses: 1, classNames: ["ramp"], size: 2,
 *   images: Uint8Array.from({ length: 32 }, (_, i) => 8 * i), labels: Int32Array.of(0, 0),
 *   mean: [0.5], std: [0.25], contentHash: "",
 * };
 * const augmentation: Augmentation = {
 *   crop: { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] },
 *   flipProbability: 0.5,
 *   jitter: { strength: 0.4, probability: 0.8 },
 * };
 * const both = augmentBatch(set, [0, 1], augmentation, { seed: 0, epoch: 3 });
 * assert.equal(both.student.length, 32); // [2, 4, 4, 1]
 * const second = augmentBatch(set, [1], augmentation, { seed: 0, epoch: 3 });
 * assert.deepEqual(second.student, both.student.subarray(16));
 * ```
 * @param set Where the samples are.
 * @param samples [B], indices into the set.
 * @param augmentation What is done to them.
 * @param address Seed and epoch.
 * @returns Both views of each sample.
 * @throws {RangeError} If a sample is not in the set, or the augmentation is out of its bounds.
 */
export function augmentBatch(
  set: ImageSet,
  samples: ArrayLike<number>,
  augmentation: Augmentation,
  address: EpochAddress,
): ViewBatch {
  const none = new Float32Array(0); // of no samples
  const edits = drawEdits(set, samples, augmentation, address);
  const [student = none, teacher = none] = augmentImages(pixelsOf(set, samples), set, edits);
  return { student, teacher };
}
