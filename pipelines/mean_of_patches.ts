import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";

/** The mean of the patches' tokens, without the class token that comes first: [R, 1 + V, D] → [R, D]. */
export function meanOfPatches(tokens: Tensor3D): Tensor2D {
  return tf.tidy(() => tf.mean<Tensor2D>(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), 1));
}
