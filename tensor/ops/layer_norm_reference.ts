import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/** The composed form of `layerNorm()`: zero mean and unit (biased) variance over the last axis, then weight and bias. */
export function layerNormReference<T extends Tensor>(
  x: T,
  weight: Tensor1D,
  bias: Tensor1D,
  epsilon: number,
): T {
  return tf.tidy(() => {
    const centred = tf.sub(x, tf.mean(x, -1, true)); // [..., D]
    const variance = tf.mean(tf.square(centred), -1, true); // [..., 1]
    const normalized = tf.mul(centred, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normalized, weight), bias) as T;
  });
}
