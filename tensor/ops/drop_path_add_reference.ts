import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor3D } from "@tensorflow/tfjs-core";

/** The composed form of `dropPathAdd()`: x + scale · branch, one scale a sample. */
export function dropPathAddReference(x: Tensor3D, branch: Tensor3D, scale: Tensor1D): Tensor3D {
  return tf.tidy(() => tf.add(x, tf.mul(branch, tf.reshape(scale, [-1, 1, 1]))));
}
