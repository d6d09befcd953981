/**
 * Two views of each image, made beside other work.
 * @module
 */
import { augmentImagesAsync } from "@lacuna/tensor/augment-images";
import { drawEdits } from "./_draw_edits.ts";
import { pixelsOf } from "./_pixels_of.ts";
import type { Augmentation, ViewBatch } from "./augment_batch.ts";
import type { EpochAddress } from "./epoch_order.ts";
import type { ImageSet } from "./image_set.ts";

/**
 * The same batch as `augmentBatch()` makes on the same device; on the native one a thread of its own makes it, while the program
 * goes on.
 * @param set Where the samples are.
 * @param samples [B], indices into the set.
 * @param augmentation What is done to them.
 * @param address Seed and epoch.
 * @returns Both views of each sample.
 * @throws {RangeError} If a sample is not in the set, or the augmentation is out of its bounds.
 */
export async function augmentBatchAsync(
  set: ImageSet,
  samples: ArrayLike<number>,
  augmentation: Augmentation,
  address: EpochAddress,
): Promise<ViewBatch> {
  const none = new Float32Array(0); // of no samples
  const edits = drawEdits(set, samples, augmentation, address);
  const [student = none, teacher = none] = await augmentImagesAsync(pixelsOf(set, samples), set, edits);
  return { student, teacher };
}
