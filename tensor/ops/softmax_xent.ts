import * as tf from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { softmaxXentReference } from "./softmax_xent_reference.ts";

/**
 * Cross-entropy of every row, −Σ target · ln softmax(logits).
 * @param logits [B, K].
 * @param target [B, K], a constant: each class's share, which in a row sum to 1 for a distribution.
 * @returns [B], in nats, as one tape entry where the device has the kernel.
 * @throws {TypeError} If the shapes differ.
 */
export function softmaxXent(logits: Tensor2D, target: Tensor2D): Tensor1D {
  if (!tf.util.arraysEqual(logits.shape, target.shape)) {
    throw new TypeError(
      `softmaxXent of logits [${logits.shape}] needs a target alike, not [${target.shape}]`,
    );
  }
  if (!hasFusedKernel("SoftmaxXent")) return softmaxXentReference(logits, target);
  return tf.customGrad((logits, save) => {
    const [loss, logSum] = runFusedKernel("SoftmaxXent", { logits: logits as Tensor2D, target });
    (save as GradSaveFunc)([logits as Tensor2D, target, logSum!]);
    const gradFunc = (dy: Tensor, [logits, target, logSum]: Tensor[]) =>
      runFusedKernel("SoftmaxXentGrad", { dy, logits: logits!, target: target!, logSum: logSum! });
    return { value: loss!, gradFunc };
  })(logits) as Tensor1D;
}
