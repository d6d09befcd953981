import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { requireMasked } from "./_require_masked.ts";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Squared error of masked patches with weights, mean(w · (x̂ − x)²) / mean(M), the means over all patches (BootMAE, arXiv:2207.07116, and its
 * official code).
 * @param pred [B, N, P].
 * @param target [B, N, P], a constant.
 * @param mask [B, N], 1 = masked; at least one 1.
 * @param weights [B, N], 0 where the mask is; see `insideWeights()`.
 * @throws {TypeError} If the shapes do not fit.
 */
export function weightedMse(
  pred: Tensor3D,
  target: Tensor3D,
  mask: Tensor2D,
  weights: Tensor2D,
): ObjectiveResult {
  requireMasked("weightedMse", pred, target, mask);
  requireMasked("weightedMse", pred, target, weights);
  return tf.tidy(() => {
    const perPatch = tf.mean(tf.squaredDifference(pred, target), -1); // [B, N]
    const loss: Scalar = tf.div(tf.mean(tf.mul(perPatch, weights)), tf.mean(mask));
    return { loss, metrics: { maskRatio: tf.mean<Scalar>(mask) } };
  });
}
