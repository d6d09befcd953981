import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import type { ObjectiveResult } from "../objective_result.ts";
import { heterogeneity, type ImageMeasure, type MtoAffinity } from "./heterogeneity.ts";
import { type MtoRecalibration, visibleAttention } from "./visible_attention.ts";

/** Weights and choices of the three terms. */
export type MtoOptions = {
  /** Of heterogeneity. */
  readonly affinity: MtoAffinity;
  /** λ_e ≥ 0 of the term for a high heterogeneity where mask tokens enter. */
  readonly entropyWeight: number;
  /** λ_r ≥ 0 of the term for a heterogeneity that does not rise from block to block. */
  readonly rankWeight: number;
  /** By how much it should fall in each block, ≥ 0. */
  readonly rankMargin: number;
  /** λ_spa ≥ 0 of the term for visible tokens that do not attend to masked ones. */
  readonly recalibrationWeight: number;
  /** What that asks for. */
  readonly recalibration: MtoRecalibration;
};

/** What a host that has mask tokens shows of a forward pass. */
export type MtoHost = {
  /** S + 1 times [B, 1 + N, D], class token first: what enters the first block that sees both kinds of token, then what leaves each. */
  readonly stages: readonly Tensor3D[];
  /** S times [B, heads, 1 + N, 1 + N]: each of these blocks' attention before the softmax. */
  readonly scores: readonly Tensor4D[];
  /** [B, N], 1 = masked. */
  readonly mask: Tensor2D;
};

/**
 * The terms that masked token optimization adds to a host's loss (MTO, arXiv:2404.08330), as one sum: 1 − H₀; the mean over blocks of
 * max(0, Hₛ₊₁ − Hₛ + margin), image by image; and the mean over blocks of `visibleAttention()`.
 *
 * **Reconstruction.** What the terms are for, and where they act, is public; their formulas, weights and schedules are not.
 * @param host What the host shows.
 * @param options Weights and choices.
 * @returns `loss`, and in `metrics` `entropy`, `rank` and `recalibration`, the terms without their weights; `heterogeneity.s` of each
 * stage; `leak`, the share of visible rows' attention on masked tokens; `rowEntropy`, below 0.1 where attention has collapsed; and `cosine`, the mean
 * cosine of masked and visible tokens where they enter.
 * @throws {TypeError} If there are not as many scores as blocks.
 */
export function mtoLoss({ stages, scores, mask }: MtoHost, options: MtoOptions): ObjectiveResult {
  if (stages.length < 2 || scores.length !== stages.length - 1) {
    throw new TypeError(
      `MTO needs the scores of each block, not ${scores.length} for ${stages.length} stages`,
    );
  }
  const { entropyWeight, rankWeight, recalibrationWeight } = options;
  return tf.tidy(() => {
    const patches = stages.map((tokens) => tf.slice(tokens, [0, 1, 0], [-1, -1, -1]));
    const profile = patches.map((tokens) => heterogeneity(tokens, mask, options.affinity));
    const heights = profile.map(meanOf);
    const entropy = tf.sub<Scalar>(1, heights[0]!);
    const rises = profile.slice(1).map(({ values, counts }, s) => {
      const rise = tf.add(tf.sub(values, profile[s]!.values), options.rankMargin);
      return meanOf({ values: tf.mul(tf.relu(rise), counts), counts });
    });
    const attention = scores.map((ofBlock) => visibleAttention(ofBlock, mask, options.recalibration));
    const over = (scalars: readonly Scalar[]): Scalar => tf.div(tf.addN([...scalars]), scalars.length);
    const rank = over(rises), recalibration = over(attention.map(({ loss }) => loss));
    return {
      loss: tf.addN<Scalar>([
        tf.mul(entropyWeight, entropy),
        tf.mul(rankWeight, rank),
        tf.mul(recalibrationWeight, recalibration),
      ]),
      metrics: {
        entropy,
        rank,
        recalibration,
        ...Object.fromEntries(heights.map((height, s) => [`heterogeneity.${s}`, height])),
        leak: over(attention.map(({ leak }) => leak)),
        rowEntropy: over(attention.map((ofBlock) => ofBlock.entropy)),
        cosine: meanCosine(patches[0]!, mask),
      },
    };
  });
}

function meanOf({ values, counts }: ImageMeasure): Scalar {
  return tf.div(tf.sum(values), tf.maximum(tf.sum(counts), 1));
}

/** Mean cosine of masked and visible tokens, image by image. */
function meanCosine(tokens: Tensor3D, mask: Tensor2D): Scalar {
  const unit = l2Normalize(tokens);
  const sumOf = (weights: Tensor2D) => tf.sum(tf.mul(unit, tf.expandDims(weights, -1)), 1); // [B, D]
  const visible: Tensor2D = tf.sub(1, mask);
  const numPairs = tf.mul(tf.sum(mask, -1), tf.sum(visible, -1)); // [B]
  const products = tf.sum(tf.mul(sumOf(mask), sumOf(visible)), -1);
  return tf.mean(tf.div(products, tf.maximum(numPairs, 1)));
}
