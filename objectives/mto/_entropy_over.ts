import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/**
 * Entropy in nats of the softmax over the columns that count, ln Σ eᶻ − Σ P · z: finite where columns do not count, whatever their scores.
 * @param scores [..., N].
 * @param counts Stretches to [..., N]; 1 = the column counts, 0 = it does not. A row without any gives 0.
 * @returns [...].
 */
export function entropyOver<T extends Tensor>(scores: Tensor, counts: Tensor): T {
  return tf.tidy(() => {
    const there = tf.broadcastTo(counts, scores.shape);
    const kept = tf.where(tf.cast(there, "bool"), scores, tf.fill(scores.shape, -1e9));
    const shifted = tf.sub(kept, tf.max(kept, -1, true)); // changes no entropy, but keeps the digits of a small one
    const powers = tf.mul(tf.exp(shifted), there);
    const sum = tf.add(tf.sum(powers, -1, true), tf.sub(1, tf.max(there, -1, true))); // 1 for a row without columns
    const weights = tf.div(powers, sum);
    const expected = tf.sum(tf.mul(weights, tf.mul(shifted, there)), -1);
    return tf.sub<T>(tf.log(tf.squeeze(sum, [-1])), expected);
  });
}
