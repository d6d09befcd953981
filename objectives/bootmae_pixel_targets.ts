import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";

/**
 * Each patch's pixels, channel by channel, less their mean, over √(σ² + 1e-5) with the biased variance (BootMAE, arXiv:2207.07116, and its
 * official code).
 * @param patches [B, N, p·p·C], channel fastest.
 * @param channels C.
 * @returns [B, N, p·p·C]; a constant channel gives zeros.
 * @throws {RangeError} If C does not divide the last axis.
 */
export function bootmaePixelTargets(patches: Tensor3D, channels: number): Tensor3D {
  const [batchSize, numPatches, size] = patches.shape;
  if (!(channels >= 1 && size % channels === 0)) {
    throw new RangeError(`${size} numbers a patch are no whole pixels of ${channels} channels`);
  }
  return tf.tidy(() => {
    const pixels = tf.reshape(patches, [batchSize, numPatches, size / channels, channels]);
    const { mean, variance } = tf.moments(pixels, 2, true); // [B, N, 1, C]
    const normalized = tf.div(tf.sub(pixels, mean), tf.sqrt(tf.add(variance, 1e-5)));
    return tf.reshape<tf.Rank.R3>(normalized, patches.shape);
  });
}
