import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { requireMasked } from "./_require_masked.ts";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Mean squared error over masked patches (MAE, arXiv:2111.06377, §3 "Reconstruction target").
 * @param pred [B, N, P] predicted pixels.
 * @param target [B, N, P] pixels, a constant; normalized ones by `maePixelTargets()`.
 * @param mask [B, N], 1 = masked and counted, 0 = visible and ignored; at least one 1.
 * @throws {TypeError} If the shapes do not fit.
 */
export function maskedMse(pred: Tensor3D, target: Tensor3D, mask: Tensor2D): ObjectiveResult {
  requireMasked("maskedMse", pred, target, mask);
  return tf.tidy(() => {
    const perPatch = tf.mean(tf.squaredDifference(pred, target), -1); // [B, N]
    const loss: Scalar = tf.div(tf.sum(tf.mul(perPatch, mask)), tf.sum(mask));
    return { loss, metrics: { maskRatio: tf.mean<Scalar>(mask) } };
  });
}
