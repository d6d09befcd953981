import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/**
 * The composed form of `l2Normalize()`: x / max(‖x‖, epsilon) over the last axis. The maximum is taken before the root, whose
 * slope at a zero vector would be infinite.
 */
export function l2NormalizeReference<T extends Tensor>(x: T, epsilon = 1e-12): T {
  return tf.tidy(() => {
    const squaredNorm = tf.sum(tf.square(x), -1, true); // [..., 1]
    return tf.div(x, tf.sqrt(tf.maximum(squaredNorm, epsilon ** 2))) as T;
  });
}
