import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { softmaxMeasure } from "@lacuna/tensor/softmax-measure";

/**
 * What visible tokens' attention is asked for: "mass" little weight on masked tokens, −ln of the share of the others; "entropy" few tokens,
 * the entropy of the whole row over ln N; "affinity" few among the masked tokens, the entropy over those alone, over their ln.
 */
export type MtoRecalibration = "mass" | "entropy" | "affinity";

/** How visible tokens attend, the mean over heads and visible rows of the images that have a masked token; 0 where none has. */
export type VisibleAttention = {
  /** What is minimised. */
  readonly loss: Scalar;
  /** Share of the weight that masked tokens get, in [0, 1]. */
  readonly leak: Scalar;
  /** Entropy of a row over ln of its columns, in [0, 1]; below 0.1 attention is nearly one-hot. */
  readonly entropy: Scalar;
};

/**
 * How far visible tokens attend to masked ones in one block.
 *
 * **Reconstruction.** MTO (arXiv:2404.08330) keeps masked tokens out of the weights of visible ones; the formula is not public. "entropy" alone
 * does not know which columns are masked and sharpens whatever leads.
 * @param scores [B, heads, 1 + N, 1 + N] before the softmax, class token first.
 * @param mask [B, N], 1 = masked.
 * @param kind What is asked for.
 */
export function visibleAttention(scores: Tensor4D, mask: Tensor2D, kind: MtoRecalibration): VisibleAttention {
  return tf.tidy(() => {
    const [batchSize, numHeads, numTokens] = scores.shape;
    const isMasked: Tensor2D = tf.pad(mask, [[0, 0], [1, 0]]); // [B, 1 + N], the class token is visible
    const isVisible: Tensor2D = tf.sub(1, isMasked);
    const numMasked: Tensor2D = tf.sum(mask, -1, true); // [B, 1]
    const counted = tf.mul(tf.sub(1, mask), tf.minimum(numMasked, 1)); // visible patches, where there is something to leak to
    const visibleRows = tf.reshape(tf.pad(counted, [[0, 0], [1, 0]]), [batchSize, 1, numTokens]);
    const numRows = tf.maximum(tf.mul(tf.sum(visibleRows), numHeads), 1);
    const mean = (perRow: tf.Tensor): Scalar => tf.div(tf.sum(tf.mul(perRow, visibleRows)), numRows);
    const logShare: Tensor3D = softmaxMeasure(scores, isVisible, "logShare"); // [B, heads, 1 + N]
    const entropy = tf.div(
      mean(softmaxMeasure(scores, tf.onesLike(isMasked), "entropy")),
      Math.log(numTokens),
    ) as Scalar;
    const leak = mean(tf.sub(1, tf.exp(logShare)));
    if (kind === "mass") return { loss: tf.neg(mean(logShare)), leak, entropy };
    if (kind === "entropy") return { loss: entropy.clone(), leak, entropy };
    const most = tf.log(tf.maximum(tf.reshape(numMasked, [batchSize, 1, 1]), 2));
    const among = tf.div(softmaxMeasure(scores, isMasked, "entropy"), most);
    return { loss: mean(among), leak, entropy };
  });
}
