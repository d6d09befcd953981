import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/** The composed form of `linear()`: x · weight + bias over the last axis, [..., I] → [..., O]. */
export function linearReference<T extends Tensor>(x: T, weight: Tensor2D, bias: Tensor1D): T {
  return tf.tidy(() => {
    const [inDim, outDim] = weight.shape;
    const lead = x.shape.slice(0, -1);
    const rows = tf.matMul(tf.reshape(x, [tf.util.sizeFromShape(lead), inDim]), weight); // [R, O]
    return tf.reshape(tf.add(rows, bias), [...lead, outDim]) as T;
  });
}
