import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import { softmaxMeasure } from "@lacuna/tensor/softmax-measure";
import { type ImageMeasure, perImage } from "./_image_measure.ts";

/** How alike two tokens are: x · y / √D, x · y, the first of normalised tokens, or their cosine over 0.1. */
export type TokenAffinity = "scaledDot" | "dot" | "lnScaled" | "cosine";

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
export function heterogeneity(tokens: Tensor3D, mask: Tensor2D, affinity: TokenAffinity): ImageMeasure {
  return tf.tidy(() => {
    const x = prepare(tokens, affinity);
    const scores = tf.matMul(x, x, false, true); // [B, N, N], masked rows and visible columns count
    return perImage(softmaxMeasure<Tensor2D>(scores, tf.sub<Tensor2D>(1, mask), "entropy"), mask);
  });
}

/** Tokens whose products are the scores. */
function prepare(tokens: Tensor3D, affinity: TokenAffinity): Tensor3D {
  const dim = tokens.shape[2];
  if (affinity === "dot") return tokens;
  if (affinity === "scaledDot") return tf.mul<Tensor3D>(tokens, dim ** -0.25);
  if (affinity === "cosine") return tf.mul<Tensor3D>(l2Normalize(tokens), Math.sqrt(10));
  const { mean, variance } = tf.moments(tokens, -1, true);
  return tf.mul<Tensor3D>(tf.div(tf.sub(tokens, mean), tf.sqrt(tf.add(variance, 1e-6))), dim ** -0.25);
}
