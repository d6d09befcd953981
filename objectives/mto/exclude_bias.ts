import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";

/**
 * What shuts the least salient masked tokens off from visible ones: −1e9 where a visible row meets a masked column whose salience, the
 * attention it gets from visible rows, is among the lowest of its image and head; 0 elsewhere. To be added to the same scores.
 *
 * **Reconstruction** of what MTO (arXiv:2404.08330) calls leaving masked tokens out selectively.
 * @param scores [B, heads, 1 + N, 1 + N] before the softmax, class token first.
 * @param mask [B, N], 1 = masked.
 * @param share Of the masked columns to shut off, in [0, 1]: 0 none, 1 all.
 * @returns [B, heads, 1 + N, 1 + N], a constant.
 * @throws {RangeError} If the share is not in [0, 1].
 */
export function excludeBias(scores: Tensor4D, mask: Tensor2D, share: number): Tensor4D {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(`Cannot exclude a share of ${share}: choose one in [0, 1]`);
  }
  const [batchSize, numHeads, numTokens] = scores.shape;
  return tf.tidy(() => {
    const columns = tf.pad(mask, [[0, 0], [1, 0]]); // [B, 1 + N], 1 = masked
    const visibleRows = tf.reshape(tf.sub(1, columns), [batchSize, 1, numTokens, 1]);
    const salience = tf.sum(tf.mul(tf.softmax(scores), visibleRows), 2).dataSync<"float32">(); // [B, heads, 1 + N]
    const isMasked = columns.dataSync<"float32">();
    const bias = new Float32Array(scores.size);
    for (let b = 0; b < batchSize; b++) {
      const maskedColumns = [...Array(numTokens).keys()].filter((j) => isMasked[b * numTokens + j] === 1);
      for (let head = 0; head < numHeads; head++) {
        const at = (b * numHeads + head) * numTokens;
        const shut = maskedColumns.toSorted((i, j) => salience[at + i]! - salience[at + j]!)
          .slice(0, Math.floor(share * maskedColumns.length));
        for (let i = 0; i < numTokens; i++) {
          if (isMasked[b * numTokens + i] === 1) continue; // masked rows see all
          for (const j of shut) bias[(at + i) * numTokens + j] = -1e9;
        }
      }
    }
    return tf.tensor4d(bias, scores.shape);
  });
}
