import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { requireFeatures } from "./_require_features.ts";
import { tapeEntry } from "./_tape_entry.ts";
import { batchNormReference } from "./batch_norm_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/**
 * Batch normalisation of each column with the batch's own mean and biased variance (arXiv:1502.03167, algorithm 1).
 * It keeps no running statistics: the heads that use it are thrown away after pre-training.
 * @param x [R, D], R ≥ 2 for the result to mean anything.
 * @param weight [D].
 * @param bias [D].
 * @param epsilon Added to the variance, > 0.
 * @returns [R, D], as one tape entry where the device has the kernel.
 * @throws {TypeError} If `weight` or `bias` is not as long as the last axis of `x`.
 */
export function batchNorm(x: Tensor2D, weight: Tensor1D, bias: Tensor1D, epsilon: number): Tensor2D {
  requireFeatures("batchNorm", x, weight, bias);
  if (!hasFusedKernel("BatchNorm")) return batchNormReference(x, weight, bias, epsilon);
  const [y] = tapeEntry(
    [x, weight, bias],
    (save) => {
      const [y, mean, inverseStd] = runFusedKernel("BatchNorm", { x, weight, bias }, { epsilon });
      save([x, weight, mean!, inverseStd!]);
      return [y!];
    },
    ([dy], [x, weight, mean, inverseStd]) => {
      const inputs = { dy: dy!, x: x!, weight: weight!, mean: mean!, inverseStd: inverseStd! };
      return runFusedKernel("BatchNormGrad", inputs); // dx, dweight, dbias
    },
  );
  return y as Tensor2D;
}
