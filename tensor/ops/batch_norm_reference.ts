import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/** The composed form of `batchNorm()`: zero mean and unit (biased) variance of each column, then weight and bias. */
export function batchNormReference(x: Tensor2D, weight: Tensor1D, bias: Tensor1D, epsilon: number): Tensor2D {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, 0, true)); // [R, D]
    const variance = tf.mean(tf.square(centred), 0, true); // [1, D]
    const normalized = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normalized, weight), bias);
  });
}
