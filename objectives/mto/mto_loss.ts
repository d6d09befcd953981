import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import { constant } from "../_constant.ts";
import type { ObjectiveResult } from "../objective_result.ts";
import { type ImageMeasure, meanOf } from "./_image_measure.ts";
import { stageMeasures } from "./_stage_measures.ts";
import { checkMtoStages } from "./check_mto_stages.ts";
import type { MtoAffinity, MtoHost } from "./mto_host.ts";
import { mtoReadsScores } from "./mto_reads_scores.ts";
import { type MtoRecalibration, visibleAttention } from "./visible_attention.ts";

/** Weights and choices of the three terms. */
export type MtoOptions = {
  /** Of heterogeneity. */
  readonly affinity: MtoAffinity;
  /** λ_e of the term for a high heterogeneity where mask tokens enter; below 0 for a low one, the other way to read the paper. */
  readonly entropyWeight: number;
  /** How many stages that is, from the first, ≥ 1. */
  readonly entropyStages: number;
  /** λ_r ≥ 0 of the term for a heterogeneity that does not rise from block to block. */
  readonly rankWeight: number;
  /** By how much it should fall in each block, ≥ 0. */
  readonly rankMargin: number;
  /** Whether a rise counts image by image, or between the means over a batch's images, which hide one that others make up for. */
  readonly rankPer: "image" | "batch";
  /** Whether a rise is put down to the later stage alone, the earlier one being a constant. */
  readonly rankDetached: boolean;
  /** λ_spa ≥ 0 of the term for visible tokens that do not attend to masked ones. */
  readonly recalibrationWeight: number;
  /** What that asks for. */
  readonly recalibration: MtoRecalibration;
  /** Of which blocks: all, or the first or second half; of an odd number the middle one is in both. */
  readonly recalibrationBlocks: "all" | "early" | "late";
};

/**
 * The terms that masked token optimization adds to a host's loss (MTO, arXiv:2404.08330), as one sum: 1 − H₀, or the mean of it over the first
 * stages; the mean over blocks of max(0, Hₛ₊₁ − Hₛ + margin), for an image or for the batch; and the mean over blocks of `visibleAttention()`. A term whose
 * weight is 0 is not computed.
 *
 * **Reconstruction.** What the terms are for, and where they act, is public; their formulas, weights and schedules are not.
 * @param host What the host shows.
 * @param options Weights and choices.
 * @returns `loss`, and in `metrics`, of the terms that count, `entropy`, `rank` and `recalibration` without their weights; `heterogeneity.s`
 * of each stage they read; `leak`, the share of visible rows' attention on masked tokens; `rowEntropy.b` of each block they read, below 0.1 where its
 * attention has collapsed; and, where tokens enter, `cosine`, the mean cosine of masked and visible ones, and `maskedNorm`, the mean length of masked
 * ones, which rises and falls with the mask token's. No mean counts images that lack what it is of.
 * @throws {TypeError} If there are not as many scores as blocks where they are read.
 * @throws {RangeError} If there are fewer stages than the terms take; by attention there is one stage fewer.
 */
export function mtoLoss(host: MtoHost, options: MtoOptions): ObjectiveResult {
  const { entropyWeight, entropyStages, rankWeight, recalibrationWeight, recalibration } = options;
  const { stages, scores, mask } = host;
  if (stages.length < 2 || mtoReadsScores(options) && scores.length !== stages.length - 1) {
    throw new TypeError(
      `MTO needs the scores of each block, not ${scores.length} for ${stages.length} stages`,
    );
  }
  checkMtoStages(options, stages.length - 1);
  return tf.tidy(() => {
    const numRead = rankWeight !== 0 ? stages.length : entropyWeight !== 0 ? entropyStages : 0;
    const profile = stageMeasures(host, options.affinity, numRead);
    const heights = profile.map(meanOf);
    const entering = tf.slice(stages[0]!, [0, 1, 0], [-1, -1, -1]);
    const metrics: Record<string, Scalar> = {
      ...Object.fromEntries(heights.map((height, s) => [`heterogeneity.${s}`, height])),
      cosine: meanCosine(entering, mask),
      maskedNorm: meanNorm(entering, mask),
    };
    const terms: Scalar[] = [];
    const add = (name: string, weight: number, term: Scalar) => {
      metrics[name] = term;
      terms.push(tf.mul(weight, term));
    };
    if (entropyWeight !== 0) {
      const any: Scalar = tf.minimum(tf.sum(profile[0]!.counts), 1); // 0 where no image counts: then the term is 0
      add("entropy", entropyWeight, tf.sub(any, meanOver(heights.slice(0, entropyStages))));
    }
    if (rankWeight !== 0) {
      add(
        "rank",
        rankWeight,
        meanOver(profile.slice(1).map((later, s) => rise(profile[s]!, later, options))),
      );
    }
    if (recalibrationWeight !== 0) {
      const half = Math.ceil(scores.length / 2);
      const [from, to] = {
        all: [0, scores.length],
        early: [0, half],
        late: [scores.length - half, scores.length],
      }[options.recalibrationBlocks] as [number, number];
      const attention = scores.slice(from, to).map((ofBlock) =>
        visibleAttention(ofBlock, mask, recalibration)
      );
      add("recalibration", recalibrationWeight, meanOver(attention.map(({ loss }) => loss)));
      metrics.leak = meanOver(attention.map(({ leak }) => leak));
      for (const [i, { entropy }] of attention.entries()) metrics[`rowEntropy.${from + i}`] = entropy;
    }
    return { loss: terms.length > 0 ? tf.addN(terms) : tf.scalar(0), metrics };
  });
}

function meanOver(scalars: readonly Scalar[]): Scalar {
  return tf.div(tf.addN([...scalars]), scalars.length);
}

/** By how much heterogeneity rises from a stage to the next, or how much of the margin it has not fallen by; 0 if it has fallen by that. */
function rise(
  earlier: ImageMeasure,
  later: ImageMeasure,
  { rankMargin, rankPer, rankDetached }: MtoOptions,
): Scalar {
  const { counts } = later;
  const from = rankDetached ? { values: constant(earlier.values), counts } : earlier;
  if (rankPer === "image") {
    const rises = tf.add(tf.sub(later.values, from.values), rankMargin);
    return meanOf({ values: tf.mul(tf.relu(rises), counts), counts });
  }
  const any = tf.minimum(tf.sum(counts), 1); // 0 where no image counts: a margin is no rise then
  return tf.mul(tf.relu(tf.add(tf.sub(meanOf(later), meanOf(from)), rankMargin)), any);
}

/** Mean cosine of masked and visible tokens, image by image, over the images that have both. */
function meanCosine(tokens: Tensor3D, mask: Tensor2D): Scalar {
  const unit = l2Normalize(tokens);
  const sumOf = (weights: Tensor2D) => tf.sum(tf.mul(unit, tf.expandDims(weights, -1)), 1); // [B, D]
  const visible: Tensor2D = tf.sub(1, mask);
  const numPairs: Tensor1D = tf.mul(tf.sum(mask, -1), tf.sum(visible, -1)); // [B]
  const products = tf.sum(tf.mul(sumOf(mask), sumOf(visible)), -1);
  const values: Tensor1D = tf.div(products, tf.maximum(numPairs, 1)); // the products of none are 0
  return meanOf({ values, counts: tf.minimum(numPairs, 1) });
}

/** Mean length of masked tokens, 0 where there is none. */
function meanNorm(tokens: Tensor3D, mask: Tensor2D): Scalar {
  const lengths = tf.sqrt(tf.sum(tf.square(tokens), -1)); // [B, N]
  return tf.div(tf.sum(tf.mul(lengths, mask)), tf.maximum(tf.sum(mask), 1));
}
