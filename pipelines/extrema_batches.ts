import { type Augmentation, augmentBatchAsync, type ImageSet } from "@lacuna/data";
import type { ExtremaConfig } from "./config.ts";
import type { ExtremaBatch } from "./extrema.ts";
import type { BatchSource } from "./pipeline.ts";

/**
 * Images as ExtreMA's batches: one crop and flip an image, shared by both branches, then colours of each branch's own
 * ("shared crop + color", arXiv:2206.04667).
 * @param config Augmentation and seed.
 * @param images What to learn from; their order is what `samples` count.
 */
export function extremaBatches(config: ExtremaConfig, images: ImageSet): BatchSource<ExtremaBatch> {
  const { seed, augment } = config;
  const augmentation: Augmentation = {
    crop: { scale: [augment.minScale, 1], ratio: [3 / 4, 4 / 3] },
    flipProbability: augment.flipProbability,
    jitter: { strength: augment.jitter, probability: augment.jitterProbability },
  };
  return {
    size: images.size,
    contentHash: images.contentHash,
    batch: async (samples, epoch) => ({
      ...await augmentBatchAsync(images, samples, augmentation, { seed, epoch }),
      samples,
      epoch,
    }),
  };
}
