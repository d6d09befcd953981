/**
 * What can be added to a host that has mask tokens, without its knowing.
 * @module
 */
import type { StagesOptions } from "@lacuna/encoders";
import type { ObjectiveResult } from "@lacuna/objectives";
import {
  checkMtoStages,
  excludeBias,
  type MtoHost,
  mtoLoss,
  type MtoOptions,
  mtoReadsScores,
} from "@lacuna/objectives/mto";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";

/** What a host with mask tokens calls in its forward pass. */
export type MaskTokenTerms = {
  /** A loss to add, with metrics; given the share of the run that is over, in [0, 1). */
  readonly loss: (host: MtoHost, progress: number) => ObjectiveResult;
  /** Whether it reads the blocks' scores. */
  readonly readsScores: boolean;
  /** What to add to each block's scores, if anything; a constant. */
  readonly scoreBias?: (scores: Tensor4D, mask: Tensor2D) => Tensor4D;
};

/**
 * What a host's blocks have to show for its terms, and what is added to their scores.
 * @param terms The host's, if it has any.
 * @param mask [B, N], 1 = masked.
 */
export function stagesFor(terms: MaskTokenTerms | undefined, mask: Tensor2D): StagesOptions {
  const { scoreBias } = terms ?? {};
  return {
    withScores: terms?.readsScores ?? false,
    scoreBias: scoreBias && ((scores) => scoreBias(scores, mask)),
  };
}

/** Masked token optimization as a run has it. */
export type MtoConfig = MtoOptions & {
  /** Share of the masked tokens that visible ones do not see at all, the least salient first; 0 for none. */
  readonly exclude: number;
  /** Whether the terms' weights stay, rise from 0 over the run, or fall to 0. */
  readonly schedule: "constant" | "rising" | "falling";
};

/**
 * Masked token optimization (MTO, arXiv:2404.08330, **reconstructed**) as terms of a host.
 * @param config Weights; all 0 leaves the host as it is, bit for bit.
 * @param numBlocks S, the host's blocks that see mask tokens; the fewest, if several parts of it do.
 * @returns The terms, or nothing if the config asks for nothing.
 * @throws {RangeError} If the terms take more stages than there are.
 */
export function mtoTerms(config: MtoConfig, numBlocks: number): MaskTokenTerms | undefined {
  const { exclude, schedule } = config;
  checkMtoStages(config, numBlocks);
  if (!hasWeight(config) && exclude === 0) return undefined;
  return {
    loss: (host, progress) => {
      const { loss, metrics } = mtoLoss(host, config);
      if (schedule === "constant") return { loss, metrics };
      return { loss: tf.mul(loss, schedule === "rising" ? progress : 1 - progress), metrics };
    },
    readsScores: mtoReadsScores(config),
    ...exclude > 0 && { scoreBias: (scores, mask) => excludeBias(scores, mask, exclude) },
  };
}

/**
 * Refuses what would do nothing in a run that is about to begin; runs of earlier versions may have it.
 * @throws {RangeError} If the schedule has no weight to change.
 */
export function checkMtoSchedule(config: MtoConfig): void {
  if (hasWeight(config) || config.schedule === "constant") return;
  throw new RangeError(
    `Weights of 0 cannot be ${config.schedule}: set mto.schedule to constant, or one of mto.entropyWeight, mto.rankWeight and ` +
      "mto.recalibrationWeight",
  );
}

function hasWeight({ entropyWeight, rankWeight, recalibrationWeight }: MtoConfig): boolean {
  return entropyWeight !== 0 || rankWeight !== 0 || recalibrationWeight !== 0;
}
