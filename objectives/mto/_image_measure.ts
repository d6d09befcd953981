import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/** A number for each image, and which images have one. */
export type ImageMeasure = {
  /** [B], 0 where there is none. */
  readonly values: Tensor1D;
  /** [B], 1 = the image has a masked and two visible tokens, 0 = it counts for nothing. */
  readonly counts: Tensor1D;
};

/**
 * The mean over an image's masked tokens of an entropy over its visible ones, over the highest that there is.
 * @param entropy [B, N], what stands at visible tokens does not count.
 * @param mask [B, N], 1 = masked.
 */
export function perImage(entropy: Tensor2D, mask: Tensor2D): ImageMeasure {
  const numVisible = tf.sum(tf.sub(1, mask), -1), numMasked = tf.sum(mask, -1); // [B]
  const counts = tf.mul(
    tf.cast(tf.greaterEqual(numVisible, 2), "float32"),
    tf.cast(tf.greater(numMasked, 0), "float32"),
  ) as Tensor1D;
  const mean = tf.div(tf.sum(tf.mul(entropy, mask), -1), tf.maximum(numMasked, 1));
  const most = tf.log(tf.maximum(numVisible, 2));
  return { values: tf.mul<Tensor1D>(tf.div(mean, most), counts), counts };
}

/** The mean over the images that have one, 0 if none has. */
export function meanOf({ values, counts }: ImageMeasure): tf.Scalar {
  return tf.div(tf.sum(values), tf.maximum(tf.sum(counts), 1));
}
