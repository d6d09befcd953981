import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { linearReference } from "./linear_reference.ts";

/**
 * The affine map x · weight + bias over the last axis.
 * @param x [..., I].
 * @param weight [I, O].
 * @param bias [O].
 * @returns [..., O], as one tape entry where the device has the kernel.
 * @throws {TypeError} If the last axis of `x`, `weight` and `bias` do not fit together.
 */
export function linear<T extends Tensor>(x: T, weight: Tensor2D, bias: Tensor1D): T {
  const [inDim, outDim] = weight.shape;
  if (x.shape.at(-1) !== inDim || bias.shape[0] !== outDim) {
    throw new TypeError(
      `Cannot apply weight [${weight.shape}] and bias [${bias.shape}] to x [${x.shape}]: ` +
        "x needs the weight's first size as its last, and bias the weight's second",
    );
  }
  if (!hasFusedKernel("Linear")) return linearReference(x, weight, bias);
  const [y] = tapeEntry(
    [x, weight, bias],
    (save) => {
      save([x, weight]);
      return runFusedKernel("Linear", { x, weight, bias });
    },
    ([dy], [x, weight]) => runFusedKernel("LinearGrad", { dy: dy!, x: x!, weight: weight! }), // dx, dweight, dbias
  );
  return y as T;
}
