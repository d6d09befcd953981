/**
 * Weights to begin with.
 * @module
 */
import type { MtoOptions } from "./mto_loss.ts";

const threeTerms: MtoOptions = {
  affinity: "scaledDot",
  entropyWeight: 0.1,
  entropyStages: 1,
  rankWeight: 0.1,
  rankMargin: 0,
  recalibrationWeight: 0.1,
  recalibration: "mass",
  recalibrationBlocks: "all",
};

/**
 * **Reconstructions**, as the paper's weights are not public: "mto", the term at the entrance alone, which of the readings that were tried on
 * SimMIM had the highest accuracy at its end (study `mto-search`); "threeTerms", all of them at the weight that the authors' later work has for one
 * like them; "literal", that with the row entropy that its supplement speaks of, which narrows attention and hurts when weighted more.
 */
export const mtoPresets: {
  readonly mto: MtoOptions;
  readonly threeTerms: MtoOptions;
  readonly literal: MtoOptions;
} = {
  mto: { ...threeTerms, entropyWeight: 3, rankWeight: 0, recalibrationWeight: 0 },
  threeTerms,
  literal: { ...threeTerms, recalibration: "entropy", recalibrationWeight: 0.001 },
};
