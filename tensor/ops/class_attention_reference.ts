import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";

/** The composed form of `classAttention()`: one query attends to N keys in every head. */
export function classAttentionReference(
  query: Tensor3D,
  keys: Tensor3D,
  values: Tensor3D,
  numHeads: number,
): Tensor3D {
  return tf.tidy(() => {
    const [batchSize, , dim] = query.shape;
    const headDim = dim / numHeads;
    const heads = (x: Tensor3D): Tensor4D =>
      tf.transpose(tf.reshape(x, [batchSize, -1, numHeads, headDim]), [0, 2, 1, 3]);
    const scores = tf.matMul(tf.mul(heads(query), headDim ** -0.5), heads(keys), false, true); // [B, heads, 1, N]
    const mixed = tf.matMul(tf.softmax(scores), heads(values)); // [B, heads, 1, d]
    return tf.reshape(mixed, [batchSize, 1, dim]);
  });
}
