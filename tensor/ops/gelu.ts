import * as tf from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor } from "@tensorflow/tfjs-core";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { geluReference } from "./gelu_reference.ts";

/**
 * The exact Gaussian error linear unit, x · Φ(x) with the erf form of Φ (arXiv:1606.08415, §2), not its tanh approximation.
 * @param x Any shape.
 * @returns The same shape, as one tape entry where the device has the kernel.
 */
export function gelu<T extends Tensor>(x: T): T {
  if (!hasFusedKernel("Gelu")) return geluReference(x);
  return tf.customGrad((x, save) => {
    (save as GradSaveFunc)([x as T]);
    const gradFunc = (dy: Tensor, [x]: Tensor[]) => runFusedKernel("GeluGrad", { dy, x: x! });
    return { value: runFusedKernel("Gelu", { x: x as T })[0]!, gradFunc };
  })(x) as T;
}
