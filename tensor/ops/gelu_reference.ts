import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** The composed form of `gelu()`: x · Φ(x) with Φ(x) = (1 + erf(x / √2)) / 2. */
export function geluReference<T extends Tensor>(x: T): T {
  return tf.tidy(() => {
    const cdf = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
    return tf.mul(x, cdf) as T;
  });
}
