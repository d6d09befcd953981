import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/**
 * sum + x, in the memory of one of them where the device may overwrite it. Both are disposed: only the result may be used afterwards.
 * @param sum Any shape.
 * @param x The same shape.
 */
export function accumulate(sum: Tensor, x: Tensor): Tensor {
  const total = hasFusedKernel("Accumulate") ? runFusedKernel("Accumulate", { sum, x })[0]! : tf.add(sum, x);
  sum.dispose();
  x.dispose();
  return total;
}
