import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";

/** The composed form of `attentionScores()`: q · kᵀ / √d in every head. */
export function attentionScoresReference(qkv: Tensor3D, numHeads: number): Tensor4D {
  return tf.tidy(() => {
    const [batchSize, numTokens, width] = qkv.shape;
    const dim = width / 3;
    const headDim = dim / numHeads;
    const heads = (part: number): Tensor4D => {
      const tokens = tf.slice(qkv, [0, 0, part * dim], [batchSize, numTokens, dim]);
      return tf.transpose(tf.reshape(tokens, [batchSize, numTokens, numHeads, headDim]), [0, 2, 1, 3]);
    };
    return tf.mul<Tensor4D>(tf.matMul(heads(0), heads(1), false, true), headDim ** -0.5);
  });
}
