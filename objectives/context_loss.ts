import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D } from "@tensorflow/tfjs-core";
import { smoothL1 } from "@lacuna/tensor/smooth-l1";
import type { ObjectiveResult } from "./objective_result.ts";
import { spread } from "./spread.ts";

/** How far a prediction is from its target. */
export type ContextLossOptions = {
  /** β of the smooth L1 loss: 2 for images, 4 for text; 0 for the squared error of speech and of data2vec 2.0. */
  readonly beta: number;
  /** What becomes of a token's D distances: their "mean" (images), "sum" (text), or sum over √D (speech, data2vec 2.0). */
  readonly channels: "mean" | "sum" | "sum/rootD";
};

/**
 * How well masked tokens' contextual targets were predicted, the mean over tokens (data2vec, arXiv:2202.03555, §3.4). Not halved where the
 * error is squared.
 * @param pred [M, D], all masked tokens of a batch.
 * @param target [M, D], a constant.
 * @param options Distance and its sum.
 * @returns `loss`, and in `metrics` the `targetSpread` and `predSpread` by which a collapse shows; see `spread()`.
 * @throws {TypeError} If the shapes differ or there is no token.
 * @throws {RangeError} If β is negative.
 */
export function contextLoss(
  pred: Tensor2D,
  target: Tensor2D,
  { beta, channels }: ContextLossOptions,
): ObjectiveResult {
  if (`${pred.shape}` !== `${target.shape}` || pred.shape[0] === 0) {
    throw new TypeError(
      `contextLoss cannot compare predictions [${pred.shape}] with targets [${target.shape}]`,
    );
  }
  if (!(beta >= 0)) throw new RangeError(`contextLoss needs a beta of at least 0, not ${beta}`);
  const dim = pred.shape[1];
  const scale = { "mean": 1, "sum": dim, "sum/rootD": Math.sqrt(dim) }[channels];
  return tf.tidy(() => {
    const perToken = beta === 0
      ? tf.mean(tf.squaredDifference(pred, target), -1) // [M]
      : smoothL1(pred, target, beta);
    const loss: Scalar = tf.mul(tf.mean(perToken), scale);
    return { loss, metrics: { targetSpread: spread(target), predSpread: spread(pred) } };
  });
}
