import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { requireFeatures } from "./_require_features.ts";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { layerNormReference } from "./layer_norm_reference.ts";

/**
 * Layer normalisation over the last axis, with the biased variance (arXiv:1607.06450, eq. 3 and 4).
 * @param x [..., D].
 * @param weight [D].
 * @param bias [D].
 * @param epsilon Added to the variance, > 0; 1e-6 in the encoders, 1e-5 in the heads.
 * @returns [..., D], as one tape entry where the device has the kernel.
 * @throws {TypeError} If `weight` or `bias` is not as long as the last axis of `x`.
 */
export function layerNorm<T extends Tensor>(x: T, weight: Tensor1D, bias: Tensor1D, epsilon: number): T {
  requireFeatures("layerNorm", x, weight, bias);
  if (!hasFusedKernel("LayerNorm")) return layerNormReference(x, weight, bias, epsilon);
  const [y] = tapeEntry(
    [x, weight, bias],
    (save) => {
      const [y, mean, inverseStd] = runFusedKernel("LayerNorm", { x, weight, bias }, { epsilon });
      save([x, weight, mean!, inverseStd!]);
      return [y!];
    },
    ([dy], [x, weight, mean, inverseStd]) => {
      const inputs = { dy: dy!, x: x!, weight: weight!, mean: mean!, inverseStd: inverseStd! };
      return runFusedKernel("LayerNormGrad", inputs); // dx, dweight, dbias
    },
  );
  return y as T;
}
