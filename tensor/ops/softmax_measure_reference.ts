import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { SoftmaxMeasure } from "./softmax_measure.ts";

/** The composed form of `softmaxMeasure()`: −Σ P · ln P over the columns that count, or the difference of two log-sum-exps. */
export function softmaxMeasureReference<T extends Tensor>(
  scores: Tensor,
  counts: Tensor2D,
  measure: SoftmaxMeasure,
): T {
  return tf.tidy(() => {
    const there = tf.reshape(counts, scores.shape.map((n, axis) => axis % (scores.rank - 1) ? 1 : n));
    const kept = tf.where(tf.cast(there, "bool"), scores, -1e9);
    if (measure === "logShare") {
      const share = tf.sub(tf.logSumExp(kept, -1), tf.logSumExp(scores, -1));
      return tf.mul<T>(share, tf.max(there, -1));
    }
    const logP = tf.logSoftmax(kept);
    return tf.neg<T>(tf.sum(tf.mul(tf.mul(tf.exp(logP), logP), there), -1));
  });
}
