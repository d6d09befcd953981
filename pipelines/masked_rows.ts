import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";

/**
 * The rows [M, D] of some patches.
 * @param patches [B, N, D].
 * @param masked [M] int32, b · N + i of each patch; see `flatMasked()`.
 */
export function maskedRows(patches: Tensor3D, masked: Tensor1D): Tensor2D {
  return tf.tidy(() => tf.gather(tf.reshape<Rank.R2>(patches, [-1, patches.shape[2]]), masked));
}
