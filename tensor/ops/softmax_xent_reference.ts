import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/** The composed form of `softmaxXent()`: −Σ target · ln softmax(logits), row by row. */
export function softmaxXentReference(logits: Tensor2D, target: Tensor2D): Tensor1D {
  return tf.tidy(() => tf.neg<Tensor1D>(tf.sum(tf.mul(target, tf.logSoftmax(logits)), -1)));
}
