import * as tf from "@tensorflow/tfjs-core";
import type { GradSaveFunc, Tensor, Tensor3D } from "@tensorflow/tfjs-core";
import { classAttentionReference } from "./class_attention_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/**
 * Multi-head attention of one class query to N tokens, without projections (CaiT, arXiv:2103.17239, §3).
 * @param query [B, 1, D].
 * @param keys [B, N, D].
 * @param values [B, N, D].
 * @param numHeads Divides D; the scores are scaled by (D / numHeads)^−½.
 * @returns [B, 1, D], as one tape entry where the device has the kernel.
 * @throws {RangeError} If `numHeads` does not divide D.
 */
export function classAttention(
  query: Tensor3D,
  keys: Tensor3D,
  values: Tensor3D,
  numHeads: number,
): Tensor3D {
  const dim = query.shape[2];
  if (dim % numHeads !== 0) {
    throw new RangeError(`Cannot split width ${dim} into ${numHeads} heads: choose a divisor of ${dim}`);
  }
  if (!hasFusedKernel("ClassAttention")) return classAttentionReference(query, keys, values, numHeads);
  return tf.customGrad((query, keys, values, save) => {
    const inputs = { query: query as Tensor3D, keys: keys as Tensor3D, values: values as Tensor3D };
    const [y, weights] = runFusedKernel("ClassAttention", inputs, { numHeads }); // weights [B, heads, N]
    (save as GradSaveFunc)([inputs.query, inputs.keys, inputs.values, weights!]);
    const gradFunc = (dy: Tensor, [query, keys, values, weights]: Tensor[]) => {
      const saved = { query: query!, keys: keys!, values: values!, weights: weights! };
      return runFusedKernel("ClassAttentionGrad", { dy, ...saved }, { numHeads });
    };
    return { value: y!, gradFunc };
  })(query, keys, values) as Tensor3D;
}
