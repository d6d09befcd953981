import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Squared error of what the class token says of an image, against the mean of the image's targets, Σ_d / √D, the mean over rows (data2vec 2.0,
 * arXiv:2212.07525, and its official code).
 * @param pred [K·B, D] the student's class tokens, mask-major: row i·B + b is mask i of image b.
 * @param targets [B, N, D] the teacher's contextual targets, a constant.
 * @throws {TypeError} If the rows of `pred` are no multiple of the images, or the widths differ.
 */
export function classLoss(pred: Tensor2D, targets: Tensor3D): ObjectiveResult {
  const [batchSize, , dim] = targets.shape;
  const numMasks = pred.shape[0] / batchSize;
  if (!(Number.isInteger(numMasks) && numMasks > 0) || pred.shape[1] !== dim) {
    throw new TypeError(
      `classLoss cannot compare predictions [${pred.shape}] with targets [${targets.shape}]: ` +
        `pass K·${batchSize} predictions of ${dim} numbers`,
    );
  }
  return tf.tidy(() => {
    const byMask: Tensor3D = tf.reshape(pred, [numMasks, batchSize, dim]);
    const ofImage = tf.mean(targets, 1); // [B, D]
    const loss: Scalar = tf.mul(tf.mean(tf.squaredDifference(byMask, ofImage)), Math.sqrt(dim));
    return { loss, metrics: {} };
  });
}
