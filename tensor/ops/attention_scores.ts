import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { attentionScoresReference } from "./attention_scores_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/**
 * The scores of `selfAttention()` before the softmax and before any bias, q · kᵀ / √(D / heads).
 * @param qkv [B, N, 3D]: q, k and v one after the other on the last axis, each made of `numHeads` runs of D / numHeads.
 * @param numHeads Divides D.
 * @returns [B, heads, N, N], of queries (rows) and keys (columns), as one tape entry where the device has the kernel.
 * @throws {RangeError} If the last axis does not divide into three times `numHeads` runs.
 */
export function attentionScores(qkv: Tensor3D, numHeads: number): Tensor4D {
  const width = qkv.shape[2];
  if (width % (3 * numHeads) !== 0) {
    throw new RangeError(
      `Cannot split qkv of width ${width} into q, k and v of ${numHeads} heads: use a multiple of ${
        3 * numHeads
      }`,
    );
  }
  if (!hasFusedKernel("AttentionScores")) return attentionScoresReference(qkv, numHeads);
  const [scores] = tapeEntry(
    [qkv],
    (save) => {
      save([qkv]);
      return runFusedKernel("AttentionScores", { qkv }, { numHeads });
    },
    ([dy], [qkv]) => runFusedKernel("AttentionScoresGrad", { dy: dy!, qkv: qkv! }, { numHeads }),
  );
  return scores as Tensor4D;
}
