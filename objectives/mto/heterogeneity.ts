import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import { softmaxMeasure } from "@lacuna/tensor/softmax-measure";

/** How alike two tokens are: x · y / √D, x · y, the first of normalised tokens, or their cosine over 0.1. */
export type MtoAffinity = "scaledDot" | "dot" | "lnScaled" | "cosine";

/** A number for each image, and which images have one. */
export type ImageMeasure = {
  /** [B], 0 where there is none. */
  readonly values: Tensor1D;
  /** [B], 1 = the image has a masked and two visible tokens, 0 = it counts for nothing. */
  readonly counts: Tensor1D;
};

/**
 * How little masked tokens resemble particular visible ones: the entropy of each masked token's softmax over its affinities to the visible
 * tokens, over ln(visible tokens), the mean over an image's masked tokens; in [0, 1].
 *
 * **Reconstruction.** MTO (arXiv:2404.08330) measures heterogeneity by an entropy; the formula is not public. It cannot tell a token that
 * resembles none from one that resembles all alike, and with dot products a shorter mask token has a higher one.
 * @param tokens [B, N, D], patches without a class token.
 * @param mask [B, N], 1 = masked.
 * @param affinity How alike two tokens are.
 */
export function heterogeneity(tokens: Tensor3D, mask: Tensor2D, affinity: MtoAffinity): ImageMeasure {
  return tf.tidy(() => {
    const x = prepare(tokens, affinity);
    const scores = tf.matMul(x, x, false, true); // [B, N, N], masked rows and visible columns count
    const visible: Tensor2D = tf.sub(1, mask);
    const numVisible = tf.sum(visible, -1), numMasked = tf.sum(mask, -1); // [B]
    const counts = tf.mul(
      tf.cast(tf.greaterEqual(numVisible, 2), "float32"),
      tf.cast(tf.greater(numMasked, 0), "float32"),
    ) as Tensor1D;
    const entropy = softmaxMeasure<Tensor2D>(scores, visible, "entropy"); // [B, N]
    const mean = tf.div(tf.sum(tf.mul(entropy, mask), -1), tf.maximum(numMasked, 1));
    const most = tf.log(tf.maximum(numVisible, 2));
    return { values: tf.mul<Tensor1D>(tf.div(mean, most), counts), counts };
  });
}

/** Tokens whose products are the scores. */
function prepare(tokens: Tensor3D, affinity: MtoAffinity): Tensor3D {
  const dim = tokens.shape[2];
  if (affinity === "dot") return tokens;
  if (affinity === "scaledDot") return tf.mul<Tensor3D>(tokens, dim ** -0.25);
  if (affinity === "cosine") return tf.mul<Tensor3D>(l2Normalize(tokens), Math.sqrt(10));
  const { mean, variance } = tf.moments(tokens, -1, true);
  return tf.mul<Tensor3D>(tf.div(tf.sub(tokens, mean), tf.sqrt(tf.add(variance, 1e-6))), dim ** -0.25);
}
