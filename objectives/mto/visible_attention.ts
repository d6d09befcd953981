import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { entropyOver } from "./_entropy_over.ts";

/**
 * What visible tokens' attention is asked for: "mass" little weight on masked tokens, −ln of the share of the others; "entropy" few tokens,
 * the entropy of the whole row over ln N; "affinity" few among the masked tokens, the entropy over those alone, over their ln.
 */
export type MtoRecalibration = "mass" | "entropy" | "affinity";

/** How visible tokens attend, the mean over images, heads and visible rows. */
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
    const rows = tf.slice(scores, [0, 0, 1, 0], [-1, -1, -1, -1]); // of patches
    const isMasked = tf.reshape(tf.pad(mask, [[0, 0], [1, 0]]), [batchSize, 1, 1, numTokens]); // the class token is visible
    const visibleRows = tf.reshape(tf.sub(1, mask), [batchSize, 1, numTokens - 1]);
    const numRows = tf.maximum(tf.mul(tf.sum(visibleRows), numHeads), 1);
    const mean = (perRow: tf.Tensor): Scalar => tf.div(tf.sum(tf.mul(perRow, visibleRows)), numRows);
    const logShare = tf.sub(
      tf.logSumExp(tf.add(rows, tf.mul(isMasked, -1e9)), -1),
      tf.logSumExp(rows, -1),
    ); // [B, heads, N], ln of what visible columns get
    const entropy = tf.div(entropyOver(rows, tf.onesLike(isMasked)), Math.log(numTokens));
    const leak = mean(tf.sub(1, tf.exp(logShare)));
    if (kind === "mass") return { loss: mean(tf.neg(logShare)), leak, entropy: mean(entropy) };
    if (kind === "entropy") return { loss: mean(entropy), leak, entropy: mean(entropy) };
    const numMasked = tf.reshape(tf.sum(mask, -1), [batchSize, 1, 1]);
    const among = tf.div(entropyOver(rows, isMasked), tf.log(tf.maximum(numMasked, 2)));
    return { loss: mean(among), leak, entropy: mean(entropy) };
  });
}
