import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { requireMasked } from "./_require_masked.ts";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Mean absolute error over masked pixels (SimMIM, arXiv:2111.09886, §3.4), Σ|x − x̂| · M / (ΣM + 1e-5) / C with M the mask of pixels, as the
 * official code divides it.
 * @param pred [B, N, P] predicted pixels, in whichever order the target has.
 * @param target [B, N, P] normalized pixels, a constant.
 * @param mask [B, N], 1 = masked and counted, 0 = visible and ignored.
 * @param channels C of the image; P / C pixels are in a patch.
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If C does not divide P.
 */
export function maskedL1(
  pred: Tensor3D,
  target: Tensor3D,
  mask: Tensor2D,
  channels: number,
): ObjectiveResult {
  requireMasked("maskedL1", pred, target, mask);
  const patchPixels = pred.shape[2] / channels;
  if (!(Number.isInteger(patchPixels) && patchPixels > 0)) {
    throw new RangeError(`${pred.shape[2]} numbers a patch are no whole pixels of ${channels} channels`);
  }
  return tf.tidy(() => {
    const perPatch = tf.sum(tf.abs(tf.sub(pred, target)), -1); // [B, N]
    const numPixels = tf.add(tf.mul(tf.sum(mask), patchPixels), 1e-5);
    const loss: Scalar = tf.div(tf.div(tf.sum(tf.mul(perPatch, mask)), numPixels), channels);
    return { loss, metrics: { maskRatio: tf.mean<Scalar>(mask) } };
  });
}
