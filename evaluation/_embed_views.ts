import type { ImageSet } from "@lacuna/data";
import { augmentViewsAsync, imagesOf, type Transform } from "@lacuna/data/augment";
import * as tf from "@tensorflow/tfjs-core";
import { BATCH_SIZE } from "./_batch_size.ts";
import type { Encode } from "./embed.ts";

/** Which views are embedded. */
type ViewsOptions = {
  /** [n], of each image the address of its random numbers. */
  readonly samples: Int32Array;
  /** What becomes of each, ending at its own size. */
  readonly view: readonly Transform[];
  /** q, views of each image. */
  readonly numViews: number;
  readonly seed: number;
};

/** Vectors [n · q, D] of q views of each of n images, an image's views one after the other; a view is that of the epoch of its number. */
export async function embedViews(
  encode: Encode,
  { images, height, width, channels, mean, std }: ImageSet,
  { samples, view, numViews, seed }: ViewsOptions,
): Promise<{ values: Float32Array; dim: number }> {
  const length = height * width * channels;
  let values = new Float32Array(0), dim = 0;
  for (let first = 0; first < samples.length; first += BATCH_SIZE) {
    const batch = samples.subarray(first, first + BATCH_SIZE);
    const pixels = images.subarray(first * length, (first + batch.length) * length);
    for (let epoch = 0; epoch < numViews; epoch++) {
      const [seen] = await augmentViewsAsync(
        imagesOf(pixels, { height, width, channels }),
        { size: [height, width], mean, std, views: [view] },
        { seed, epoch, samples: batch },
      );
      const vectors = tf.tidy(() => encode(tf.tensor4d(seen!, [batch.length, height, width, channels])));
      dim = vectors.shape[1];
      if (values.length === 0) values = new Float32Array(samples.length * numViews * dim);
      const rows = await vectors.data<"float32">();
      for (let b = 0; b < batch.length; b++) {
        values.set(rows.subarray(b * dim, (b + 1) * dim), ((first + b) * numViews + epoch) * dim);
      }
      vectors.dispose();
    }
  }
  return { values, dim };
}
