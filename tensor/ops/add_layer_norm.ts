import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { requireFeatures } from "./_require_features.ts";
import { tapeEntry } from "./_tape_entry.ts";
import { addLayerNormReference } from "./add_layer_norm_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/** A residual sum and its normalisation, of one shape. */
export type ResidualNorm<T extends Tensor> = { readonly sum: T; readonly normalized: T };

/**
 * The seam between two halves of a pre-norm block: x + branch, which the next half adds to, and its layer normalisation, which the
 * next half begins with.
 * @param x [B, ..., D].
 * @param branch [B, ..., D].
 * @param weight [D].
 * @param bias [D].
 * @param epsilon Added to the variance, > 0.
 * @param scale [B], a constant that multiplies each sample's branch: 0 drops it, 1 / (1 − rate) keeps it (stochastic depth,
 * arXiv:1603.09382, §3). Without it nothing is dropped.
 * @returns Both [B, ..., D], in one pass over memory where the device has the kernel.
 * @throws {TypeError} If the shapes do not fit together.
 */
export function addLayerNorm<T extends Tensor>(
  x: T,
  branch: T,
  weight: Tensor1D,
  bias: Tensor1D,
  epsilon: number,
  scale?: Tensor1D,
): ResidualNorm<T> {
  requireFeatures("addLayerNorm", x, weight, bias);
  if (
    !tf.util.arraysEqual(x.shape, branch.shape) || (scale && (x.rank < 2 || scale.shape[0] !== x.shape[0]))
  ) {
    throw new TypeError(
      `Cannot add branch [${branch.shape}] with scales [${scale?.shape}] to x [${x.shape}]: ` +
        "branch needs the shape of x, and scale one number a sample, [B] for x [B, ..., D]",
    );
  }
  if (!hasFusedKernel("AddLayerNorm")) return addLayerNormReference(x, branch, weight, bias, epsilon, scale);
  const scales = scale ? { scale } : {};
  const [sum, normalized] = tapeEntry(
    [x, branch, weight, bias],
    (save) => {
      const inputs = { x, branch, weight, bias, ...scales };
      const [sum, normalized, mean, inverseStd] = runFusedKernel("AddLayerNorm", inputs, { epsilon });
      save([sum!, weight, mean!, inverseStd!, ...scale ? [scale] : []]);
      return [sum!, normalized!];
    },
    ([dsum, dy], [sum, weight, mean, inverseStd, scale]) => {
      const scales = scale ? { scale } : {};
      if (!dy) { // nobody uses the normalisation
        const dx = dsum!;
        const dbranch = scale ? runFusedKernel("DropPathAddGrad", { dy: dx, scale })[0]! : tf.clone(dx);
        return [tf.clone(dx), dbranch, tf.zerosLike(weight!), tf.zerosLike(weight!)];
      }
      const inputs = { dy, sum: sum!, weight: weight!, mean: mean!, inverseStd: inverseStd!, ...scales };
      const grads = runFusedKernel("AddLayerNormGrad", dsum ? { dsum, ...inputs } : inputs);
      const [dx, dweight, dbias, dbranch] = grads;
      return [dx!, dbranch ?? tf.clone(dx!), dweight!, dbias!];
    },
  ) as [T, T];
  return { sum, normalized };
}
