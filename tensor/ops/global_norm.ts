import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { globalNormReference } from "./global_norm_reference.ts";

/**
 * Length of all tensors as one vector; not finite if one of them is not, or if its squares overflow float32. No gradient goes through it.
 * @param tensors At least one, of any shapes.
 */
export function globalNorm(tensors: readonly Tensor[]): Scalar {
  if (!hasFusedKernel("GlobalNorm")) return globalNormReference(tensors);
  return runFusedKernel("GlobalNorm", { grads: tensors })[0] as Scalar;
}
