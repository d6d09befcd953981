import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** The composed form of `smoothL1()`: with s = min(d, β), s · (d − s / 2) / β is either branch. */
export function smoothL1Reference<T extends Tensor>(pred: Tensor, target: Tensor, beta: number): T {
  return tf.tidy(() => {
    const d = tf.abs(tf.sub(pred, target)); // [..., D]
    const s = tf.minimum(d, beta);
    return tf.mean<T>(tf.div(tf.mul(s, tf.sub(d, tf.div(s, 2))), beta), -1);
  });
}
