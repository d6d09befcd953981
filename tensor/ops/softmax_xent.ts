import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
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
  const [loss] = tapeEntry(
    [logits],
    (save) => {
      const [loss, logSum] = runFusedKernel("SoftmaxXent", { logits, target });
      save([logits, target, logSum!]);
      return [loss!];
    },
    ([dy], [logits, target, logSum]) =>
      runFusedKernel("SoftmaxXentGrad", { dy: dy!, logits: logits!, target: target!, logSum: logSum! }),
  );
  return loss as Tensor1D;
}
