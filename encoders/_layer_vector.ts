import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";

/** [class token; mean of patches] of tokens [B, 1 + N, D]: [B, 2D]. */
export function layerVector(tokens: Tensor3D): Tensor2D {
  return tf.tidy(() => {
    const ofClass: Tensor3D = tf.slice(tokens, [0, 0, 0], [-1, 1, -1]);
    const ofPatches: Tensor3D = tf.slice(tokens, [0, 1, 0], [-1, -1, -1]);
    return tf.concat<Tensor2D>([tf.squeeze(ofClass, [1]), tf.mean(ofPatches, 1)], 1);
  });
}
