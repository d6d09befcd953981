import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { gatherTokensReference } from "./gather_tokens_reference.ts";

/**
 * Picks the kept tokens of every sample, for one or several masks a sample. Its gradient adds up where masks overlap.
 * @param tokens [B, N, D].
 * @param keep [K·B, V] int32, token indices in 0…N−1, mask-major: row i·B + b is mask i of sample b.
 * @returns [K·B, V, D] in the order of `keep`, as one tape entry where the device has the kernel.
 * @throws {RangeError} If an index lies outside, on the native device; elsewhere such a token is zero.
 * @throws {TypeError} If `keep` is not int32, or its rows are not a multiple of the batch size.
 */
export function gatherTokens(tokens: Tensor3D, keep: Tensor2D): Tensor3D {
  if (keep.dtype !== "int32" || keep.shape[0] % tokens.shape[0] !== 0) {
    throw new TypeError(
      `Cannot gather from tokens [${tokens.shape}] by ${keep.dtype} indices [${keep.shape}]: ` +
        `pass int32 indices with a multiple of ${tokens.shape[0]} rows`,
    );
  }
  if (!hasFusedKernel("GatherTokens")) return gatherTokensReference(tokens, keep);
  const [batchSize, numTokens] = tokens.shape;
  const [kept] = tapeEntry(
    [tokens],
    (save) => {
      save([keep]);
      return runFusedKernel("GatherTokens", { tokens, keep });
    },
    ([dy], [keep]) => runFusedKernel("GatherTokensGrad", { dy: dy!, keep: keep! }, { batchSize, numTokens }),
  );
  return kept as Tensor3D;
}
