import { type ImageSet, normalizeBatch } from "@lacuna/data";
import * as tf from "@tensorflow/tfjs-core";

/** Frozen encoder: images [B, H, W, C], normalized and not augmented, to vectors [B, D]. */
export type Encode = (images: tf.Tensor4D) => tf.Tensor2D;

/**
 * Features [n, D] of all images of a split, row after row, computed batch by batch.
 * @param encode Called inside `tf.tidy`; `(x) => tf.reshape(x, [x.shape[0], -1])` gives raw pixels.
 * @param images At least one.
 * @param batchSize Images a call, at least 1; the last call may have fewer.
 * @throws {RangeError} If batchSize is not a positive integer, or there are no images.
 * @throws {TypeError} If the encoder does not give one vector an image.
 */
export async function embed(encode: Encode, images: ImageSet, batchSize: number): Promise<Float32Array> {
  const { size, height, width, channels } = images;
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && size >= 1)) {
    throw new RangeError(
      `Cannot embed ${size} images in batches of ${batchSize}: give images, and a positive integer`,
    );
  }
  let features: Float32Array | undefined;
  for (let first = 0; first < size; first += batchSize) {
    const samples = Array.from({ length: Math.min(batchSize, size - first) }, (_, i) => first + i);
    const vectors = tf.tidy(() =>
      encode(tf.tensor4d(normalizeBatch(images, samples), [samples.length, height, width, channels]))
    );
    const [rows, dim] = vectors.shape;
    if (vectors.rank !== 2 || rows !== samples.length) {
      vectors.dispose();
      throw new TypeError(
        `The encoder gave [${vectors.shape}] for ${samples.length} images: it must give one vector an image`,
      );
    }
    features ??= new Float32Array(size * dim);
    features.set(await vectors.data(), first * dim);
    vectors.dispose();
  }
  return features!;
}
