import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";

/** The composed form of `selfAttention()`: softmax(q · kᵀ / √d + bias) · v in every head. */
export function selfAttentionReference(
  qkv: Tensor3D,
  numHeads: number,
  bias?: Tensor3D | Tensor4D,
): Tensor3D {
  return tf.tidy(() => {
    const [batchSize, numTokens, width] = qkv.shape;
    const dim = width / 3;
    const headDim = dim / numHeads;
    const heads = (part: number): Tensor4D => {
      const tokens = tf.slice(qkv, [0, 0, part * dim], [batchSize, numTokens, dim]);
      return tf.transpose(tf.reshape(tokens, [batchSize, numTokens, numHeads, headDim]), [0, 2, 1, 3]);
    };
    const scores = tf.mul(tf.matMul(heads(0), heads(1), false, true), headDim ** -0.5); // [B, heads, N, N]
    const weights = tf.softmax(bias ? tf.add(scores, bias) : scores);
    const mixed = tf.matMul(weights, heads(2)); // [B, heads, N, d]
    return tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batchSize, numTokens, dim]);
  });
}
