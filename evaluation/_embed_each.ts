import { type ImageSet, normalizeBatch } from "@lacuna/data";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";

/** Vectors of one kind of all images of a split: [n, D], row after row. */
type Vectors = { readonly values: Float32Array; readonly dim: number };

/** As `embed()`, for encoders that give several kinds of vectors in one forward pass. */
export async function embedEach(
  encode: (images: Tensor4D) => Tensor2D[],
  images: ImageSet,
  batchSize: number,
): Promise<Vectors[]> {
  const { size, height, width, channels } = images;
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && size >= 1)) {
    throw new RangeError(
      `Cannot embed ${size} images in batches of ${batchSize}: give images, and a positive integer`,
    );
  }
  let features: Vectors[] | undefined;
  for (let first = 0; first < size; first += batchSize) {
    const samples = Array.from({ length: Math.min(batchSize, size - first) }, (_, i) => first + i);
    const kinds = tf.tidy(() =>
      encode(tf.tensor4d(normalizeBatch(images, samples), [samples.length, height, width, channels]))
    );
    const wrong = kinds.find(({ rank, shape }) => rank !== 2 || shape[0] !== samples.length);
    if (wrong) {
      tf.dispose(kinds);
      throw new TypeError(
        `The encoder gave [${wrong.shape}] for ${samples.length} images: it must give one vector an image`,
      );
    }
    features ??= kinds.map(({ shape: [, dim] }) => ({ values: new Float32Array(size * dim), dim }));
    for (const [kind, { values, dim }] of features.entries()) {
      values.set(await kinds[kind]!.data(), first * dim);
    }
    tf.dispose(kinds);
  }
  return features!;
}
