import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { softmaxMeasureReference } from "./softmax_measure_reference.ts";

/** "entropy" of the softmax over the columns that count, in nats; "logShare", the logarithm of what they get of that over all. */
export type SoftmaxMeasure = "entropy" | "logShare";

/**
 * What each row's softmax gives to the columns that count.
 * @param scores [B, ..., N].
 * @param counts [B, N], a constant: 1 = the column counts, 0 = it does not.
 * @param measure What is measured.
 * @returns [B, ...], 0 for a row without any, as one tape entry where the device has the kernel.
 * @throws {TypeError} If the counts are of other columns.
 */
export function softmaxMeasure<T extends Tensor>(
  scores: Tensor,
  counts: Tensor2D,
  measure: SoftmaxMeasure,
): T {
  const expected = `${[scores.shape[0], scores.shape.at(-1)]}`;
  if (`${counts.shape}` !== expected) {
    throw new TypeError(
      `softmaxMeasure of scores [${scores.shape}] needs counts [${expected}], not [${counts.shape}]`,
    );
  }
  const kernel = measure === "entropy" ? "SoftmaxEntropy" : "SoftmaxShare";
  if (!hasFusedKernel(kernel)) return softmaxMeasureReference(scores, counts, measure);
  const [y] = tapeEntry(
    [scores],
    (save) => {
      const [y, logSum] = runFusedKernel(kernel, { scores, counts });
      save([scores, counts, y!, logSum!]);
      return [y!];
    },
    ([dy], [scores, counts, y, logSum]) => {
      const inputs = { dy: dy!, scores: scores!, counts: counts!, measure: y!, logSum: logSum! };
      return runFusedKernel(`${kernel}Grad`, inputs);
    },
  );
  return y as T;
}
