import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { mlpReference } from "./mlp_reference.ts";

/**
 * The feed-forward half of a transformer block: two affine maps over the last axis with the exact GELU between them,
 * GELU(x · weight1 + bias1) · weight2 + bias2.
 *
 * As one tape entry it keeps of the hidden layer only what GELU was applied to, and without a tape nothing.
 * @param x [..., D].
 * @param weight1 [D, H].
 * @param bias1 [H].
 * @param weight2 [H, O].
 * @param bias2 [O].
 * @returns [..., O].
 * @throws {TypeError} If the shapes do not fit together.
 */
export function mlp<T extends Tensor>(
  x: T,
  weight1: Tensor2D,
  bias1: Tensor1D,
  weight2: Tensor2D,
  bias2: Tensor1D,
): T {
  const [dim, hiddenDim] = weight1.shape;
  if (
    x.shape.at(-1) !== dim || bias1.shape[0] !== hiddenDim || weight2.shape[0] !== hiddenDim ||
    bias2.shape[0] !== weight2.shape[1]
  ) {
    throw new TypeError(
      `Cannot apply weights [${weight1.shape}] and [${weight2.shape}] with biases [${bias1.shape}] and [${bias2.shape}] ` +
        `to x [${x.shape}]: each first size of a weight is the last size of what it applies to, and each bias has its second`,
    );
  }
  if (!hasFusedKernel("Mlp")) return mlpReference(x, weight1, bias1, weight2, bias2);
  const keeps = tf.engine().isTapeOn() ? 1 : 0;
  const [y] = tapeEntry(
    [x, weight1, bias1, weight2, bias2],
    (save) => {
      const [y, linear] = runFusedKernel("Mlp", { x, weight1, bias1, weight2, bias2 }, { keeps });
      if (linear) save([x, linear, weight1, weight2]);
      return [y!];
    },
    ([dy], [x, linear, weight1, weight2]) =>
      runFusedKernel("MlpGrad", {
        dy: dy!,
        x: x!,
        linear: linear!,
        weight1: weight1!,
        weight2: weight2!,
      }),
  );
  return y as T;
}
