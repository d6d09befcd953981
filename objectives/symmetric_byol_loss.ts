import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D } from "@tensorflow/tfjs-core";
import { byolLoss } from "./byol_loss.ts";
import type { ObjectiveResult } from "./objective_result.ts";

/** What student and teacher say of one view, [B, P] each. */
export type ViewOutputs = {
  /** The student's predictor's. */
  readonly pred: Tensor2D;
  /** The teacher's projector's, a constant. */
  readonly target: Tensor2D;
};

/**
 * BYOL's loss both ways, each view's prediction against the other's target (arXiv:2006.07733, §3.1): the sum of the two, in [0, 8].
 * @param first Of one view.
 * @param second Of the other.
 * @returns `loss`, and in `metrics` the mean `cosine` in [−1, 1].
 * @throws {TypeError} If the shapes differ.
 */
export function symmetricByolLoss(first: ViewOutputs, second: ViewOutputs): ObjectiveResult {
  return tf.tidy(() => {
    const there = byolLoss(first.pred, second.target);
    const back = byolLoss(second.pred, first.target);
    const loss: Scalar = tf.add(there.loss, back.loss);
    return { loss, metrics: { cosine: tf.sub<Scalar>(1, tf.div(loss, 4)) } };
  });
}
