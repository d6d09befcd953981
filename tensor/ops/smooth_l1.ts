import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { smoothL1Reference } from "./smooth_l1_reference.ts";

/**
 * Smooth L1 loss (data2vec, arXiv:2202.03555, eq. 4): with d = |pred − target|, d² / 2β below β, d − β / 2 from there on; the mean
 * over the last axis.
 * @param pred [..., D].
 * @param target [..., D], a constant.
 * @param beta β > 0, where the parabola meets the lines; towards 0 the loss becomes the absolute error.
 * @returns [...], as one tape entry where the device has the kernel.
 * @throws {TypeError} If the shapes differ.
 * @throws {RangeError} If `beta` is not positive.
 */
export function smoothL1<T extends Tensor>(pred: Tensor, target: Tensor, beta: number): T {
  if (!tf.util.arraysEqual(pred.shape, target.shape) || pred.rank === 0) {
    throw new TypeError(
      `smoothL1 of pred [${pred.shape}] needs at least one axis and a target alike, not [${target.shape}]`,
    );
  }
  if (!(beta > 0)) throw new RangeError(`smoothL1 needs a beta above 0, not ${beta}`);
  if (!hasFusedKernel("SmoothL1")) return smoothL1Reference(pred, target, beta);
  const [loss] = tapeEntry(
    [pred],
    (save) => {
      save([pred, target]);
      return runFusedKernel("SmoothL1", { pred, target }, { beta });
    },
    ([dy], [pred, target]) =>
      runFusedKernel("SmoothL1Grad", { dy: dy!, pred: pred!, target: target! }, { beta }),
  );
  return loss as T;
}
