import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { selfAttentionReference } from "./self_attention_reference.ts";

/**
 * Multi-head self-attention from fused queries, keys and values, without the output projection
 * (arXiv:1706.03762, §3.2; the fused layout of ViT, arXiv:2010.11929, appendix A).
 * @param qkv [B, N, 3D]: q, k and v one after the other on the last axis, each made of `numHeads` runs of D / numHeads.
 * @param numHeads Divides D; the scores are scaled by (D / numHeads)^−½.
 * @param bias [heads, N, N], or anything that stretches to [B, heads, N, N]: added to the scaled scores of queries (rows) and keys
 * (columns); −1e9 shuts a key off. Differentiable.
 * @returns [B, N, D], as one tape entry where the device has the kernel and the bias, if there is one, is [heads, N, N].
 * @throws {RangeError} If the last axis does not divide into three times `numHeads` runs.
 */
export function selfAttention(qkv: Tensor3D, numHeads: number, bias?: Tensor3D | Tensor4D): Tensor3D {
  const width = qkv.shape[2];
  if (width % (3 * numHeads) !== 0) {
    throw new RangeError(
      `Cannot split qkv of width ${width} into q, k and v of ${numHeads} heads: use a multiple of ${
        3 * numHeads
      }`,
    );
  }
  const isShared = `${bias?.shape}` === `${[numHeads, qkv.shape[1], qkv.shape[1]]}`; // by all samples
  if ((bias && !isShared) || !hasFusedKernel("SelfAttention")) {
    return selfAttentionReference(qkv, numHeads, bias);
  }
  const optional = bias ? { bias } : {};
  const [y] = tapeEntry(
    [qkv, ...Object.values(optional)],
    (save) => {
      const [y, logSumExp] = runFusedKernel("SelfAttention", { qkv, ...optional }, { numHeads });
      save([qkv, y!, logSumExp!, ...Object.values(optional)]);
      return [y!];
    },
    ([dy], [qkv, y, logSumExp, bias]) => {
      const inputs = { dy: dy!, qkv: qkv!, y: y!, logSumExp: logSumExp!, ...(bias && { bias }) };
      return runFusedKernel("SelfAttentionGrad", inputs, { numHeads });
    },
  );
  return y as Tensor3D;
}
