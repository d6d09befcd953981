import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";

/**
 * Each patch's pixels less their mean, over their standard deviation: (x − μ) / √(σ² + 1e-6), with the unbiased variance of all P numbers
 * of the patch (MAE, arXiv:2111.06377, §3 "Reconstruction target", and its official code).
 * @param patches [B, N, P], P > 1.
 * @returns [B, N, P]; a constant patch gives zeros.
 * @throws {TypeError} If a patch has a single number, whose variance is none.
 */
export function maePixelTargets(patches: Tensor3D): Tensor3D {
  const size = patches.shape[2];
  if (size < 2) {
    throw new TypeError(`Patches [${patches.shape}] of one number have no variance: pass larger ones`);
  }
  return tf.tidy(() => {
    const { mean, variance } = tf.moments(patches, -1, true);
    const unbiased = tf.mul(variance, size / (size - 1));
    return tf.div<Tensor3D>(tf.sub(patches, mean), tf.sqrt(tf.add(unbiased, 1e-6)));
  });
}
