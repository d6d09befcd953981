/**
 * Weights to begin with.
 * @module
 */
import type { MtoOptions } from "./mto_loss.ts";

/** Options, and what goes with them. */
export type MtoPreset = MtoOptions & {
  /** Share of the masked tokens that visible ones do not see, in [0, 1]: what `excludeBias()` takes. */
  readonly exclude: number;
};

const threeTerms: MtoPreset = {
  affinity: "scaledDot",
  entropyWeight: 0.1,
  entropyStages: 1,
  rankWeight: 0.1,
  rankMargin: 0,
  rankPer: "image",
  rankDetached: false,
  recalibrationWeight: 0.1,
  recalibration: "mass",
  recalibrationBlocks: "all",
  exclude: 0,
};

/**
 * **Reconstructions**, as the paper's weights are not public: "mto", the term at the entrance alone, which of the readings that were tried on
 * SimMIM had the highest accuracy at its end (study `mto-search`); "threeTerms", all of them at the weight that the authors' later work has for one
 * like them; "literal", that with the row entropy that its supplement speaks of, which narrows attention and hurts when weighted more; "hard", which
 * in the place of recalibration leaves out the half of the masked tokens that visible ones attend to least.
 */
export const mtoPresets: {
  readonly mto: MtoPreset;
  readonly threeTerms: MtoPreset;
  readonly literal: MtoPreset;
  readonly hard: MtoPreset;
} = {
  mto: { ...threeTerms, entropyWeight: 3, rankWeight: 0, recalibrationWeight: 0 },
  threeTerms,
  literal: { ...threeTerms, recalibration: "entropy", recalibrationWeight: 0.001 },
  hard: { ...threeTerms, recalibrationWeight: 0, exclude: 0.5 },
};
