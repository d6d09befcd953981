import { createLoader, viewsPreparation } from "@lacuna/data/loader";
import * as tf from "@tensorflow/tfjs-core";
import type { Method, MethodConfig } from "./method.ts";
import type { BatchSource } from "./pipeline.ts";
import type { TrainingImages } from "./training_images.ts";

/** How a method's batches are made. */
export type MethodBatchesOptions = {
  /** Threads that make batches, which changes the speed alone; 0, the default, for the caller's own. */
  readonly workers?: number;
  /** How many images that cannot be decoded may be replaced by the next good ones; 0, the default, stops at the first. */
  readonly skipBad?: number;
  /** Name of a column of labels that come with each batch, besides what the method sees; none if left out. */
  readonly labels?: string | undefined;
};

/**
 * Images as the batches of a method.
 * @param method How images become views, and views a batch.
 * @param config Augmentation, batch size and seed.
 * @param images What to learn from.
 * @param options How batches are made.
 * @returns The batches, and how many images could not be decoded so far.
 */
export async function methodBatches<Config extends MethodConfig, Batch>(
  method: Method<Config, Batch>,
  config: Config,
  images: TrainingImages,
  { workers = 0, skipBad = 0, labels }: MethodBatchesOptions = {},
): Promise<BatchSource<Batch> & AsyncDisposable & { numBad(): number }> {
  const { seed, schedule: { batchSize } } = config;
  const { split, column, height, width, mean, std } = images;
  const { names, minScale, ...plan } = method.views(config);
  const loader = await createLoader({
    data: split,
    preparation: viewsPreparation({
      column,
      plan: { ...plan, size: [height, width], mean, std },
      views: names,
      minSize: Math.ceil(Math.max(height, width) / Math.sqrt(minScale * 3 / 4)), // the smallest crop is not enlarged
      ...labels !== undefined && { labels },
      ...workers > 0 && { kernels: kernelsOfDevice() },
    }),
    batchSize,
    seed,
    dropLast: true,
    workers,
    ...skipBad > 0 && { onBadSample: { skip: true, limit: skipBad } },
  });
  return {
    size: split.numRows,
    contentHash: split.contentHash,
    orderHash: (epoch) => loader.orderHash(epoch),
    numBad: () => loader.metrics().badSamples,
    async *batches(epoch, from) {
      for await (const batch of loader.batches({ epoch, from, numEpochs: Infinity })) {
        const views = Object.fromEntries(
          names.map((name) => [name, batch.arrays[name]!.values as Float32Array]),
        );
        yield {
          batch: method.toBatch(views, { samples: batch.samples.address, epoch: batch.epoch }),
          ...labels !== undefined && {
            labelled: { images: views[names[0]!]!, labels: batch.arrays.labels!.values as Int32Array },
          },
          [Symbol.dispose]: () => batch.release(),
        };
      }
    },
    [Symbol.asyncDispose]: () => loader.close(),
  };
}

/** What makes the same views in a worker as the device in use makes here. */
function kernelsOfDevice(): "native" | "wasm" | "cpu" {
  const device = tf.getBackend();
  return device === "native" || device === "wasm" ? device : "cpu";
}
