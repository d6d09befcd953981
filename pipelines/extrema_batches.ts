import { createLoader } from "@lacuna/data/loader";
import type { ExtremaConfig } from "./config.ts";
import type { ExtremaBatch } from "./extrema.ts";
import { extremaPreparation } from "./extrema_preparation.ts";
import type { BatchSource } from "./pipeline.ts";
import type { TrainingImages } from "./training_images.ts";

/**
 * Images as ExtreMA's batches: one crop and flip an image, shared by both branches, then colours of each branch's own
 * ("shared crop + color", arXiv:2206.04667).
 * @param config Augmentation, batch size and seed.
 * @param images What to learn from.
 * @param workers Threads that make batches; 0 for the caller's own.
 */
export async function extremaBatches(
  config: ExtremaConfig,
  images: TrainingImages,
  workers = 0,
): Promise<BatchSource<ExtremaBatch> & AsyncDisposable> {
  const { seed, schedule: { batchSize } } = config;
  const { split } = images;
  const loader = await createLoader({
    data: split,
    preparation: extremaPreparation(config, images, workers > 0),
    batchSize,
    seed,
    dropLast: true,
    workers,
  });
  return {
    size: split.numRows,
    contentHash: split.contentHash,
    orderHash: (epoch) => loader.orderHash(epoch),
    async *batches(epoch, from) {
      for await (const batch of loader.batches({ epoch, from, numEpochs: Infinity })) {
        const { student, teacher } = batch.arrays;
        yield {
          batch: {
            student: student!.values as Float32Array,
            teacher: teacher!.values as Float32Array,
            samples: batch.samples.address,
            epoch: batch.epoch,
          },
          [Symbol.dispose]: () => batch.release(),
        };
      }
    },
    [Symbol.asyncDispose]: () => loader.close(),
  };
}
