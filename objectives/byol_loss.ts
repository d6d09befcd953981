import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * BYOL's loss in one direction (arXiv:2006.07733, eq. 2): |p/|p| − t/|t||² = 2 − 2·cos, summed over P,
 * averaged over images and masks; in [0, 4]: 0 same direction, 2 orthogonal, 4 opposite. One target serves
 * all K masks of its image. Unlike BYOL's, and as in ExtreMA (arXiv:2206.04667), it is not symmetrised: the
 * masked student predicts the full teacher, not the other way round.
 * @param pred [K·B, P] the predictor's outputs, mask-major: row i·B + b is mask i of image b.
 * @param target [B, P] the teacher's projections; a constant in BYOL, though gradients flow through it where it is none.
 * @returns `loss`, and in `metrics` the mean `cosine` in [−1, 1].
 * @throws {TypeError} If the rows of `pred` are no multiple of those of `target`, or their widths differ.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { useDevice } from "@lacuna/tensor";
 * import { byolLoss } from "@lacuna/objectives";
 * await useDevice("cpu");
 * const { loss } = byolLoss(tf.tensor2d([[1, 0], [0, 5]]), tf.tensor2d([[2, 0]])); // two masks of one image
 * assert.equal(loss.dataSync()[0], 1); // (0 + 2) / 2
 * ```
 */
export function byolLoss(pred: Tensor2D, target: Tensor2D): ObjectiveResult {
  const [batchSize, dim] = target.shape;
  if (pred.shape[0] % batchSize !== 0 || pred.shape[1] !== dim) {
    throw new TypeError(
      `Cannot compare predictions [${pred.shape}] with targets [${target.shape}]: ` +
        `pass K·${batchSize} predictions of ${dim} numbers, one for each mask of each image`,
    );
  }
  return tf.tidy(() => {
    const byMask: Tensor3D = tf.reshape(l2Normalize(pred), [-1, batchSize, dim]); // [K, B, P]
    const distance = tf.sum(tf.square(tf.sub(byMask, l2Normalize(target))), -1); // [K, B]; squaredDifference has no gradient of what is broadcast
    const loss: Scalar = tf.mean(distance);
    return { loss, metrics: { cosine: tf.sub<Scalar>(1, tf.div(loss, 2)) } };
  });
}
