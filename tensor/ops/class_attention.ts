import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { tapeEntry } from "./_tape_entry.ts";
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
 * @throws {TypeError} If the shapes do not fit together.
 */
export function classAttention(
  query: Tensor3D,
  keys: Tensor3D,
  values: Tensor3D,
  numHeads: number,
): Tensor3D {
  const [batchSize, , dim] = keys.shape;
  if (
    !tf.util.arraysEqual(keys.shape, values.shape) || !tf.util.arraysEqual(query.shape, [batchSize, 1, dim])
  ) {
    throw new TypeError(
      `Cannot attend with query [${query.shape}] to keys [${keys.shape}] and values [${values.shape}]: ` +
        `values need the shape of keys, and query [${[batchSize, 1, dim]}]`,
    );
  }
  if (dim % numHeads !== 0) {
    throw new RangeError(`Cannot split width ${dim} into ${numHeads} heads: choose a divisor of ${dim}`);
  }
  if (!hasFusedKernel("ClassAttention")) return classAttentionReference(query, keys, values, numHeads);
  const [y] = tapeEntry(
    [query, keys, values],
    (save) => {
      const [y, weights] = runFusedKernel("ClassAttention", { query, keys, values }, { numHeads }); // weights [B, heads, N]
      save([query, keys, values, weights!]);
      return [y!];
    },
    ([dy], [query, keys, values, weights]) => {
      const inputs = { dy: dy!, query: query!, keys: keys!, values: values!, weights: weights! };
      return runFusedKernel("ClassAttentionGrad", inputs, { numHeads });
    },
  );
  return y as Tensor3D;
}
