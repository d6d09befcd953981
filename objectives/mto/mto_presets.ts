/**
 * Weights to begin with.
 * @module
 */
import type { MtoOptions } from "./mto_loss.ts";

const base: MtoOptions = {
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
 * **Reconstructions**, as the paper's weights are not public: "mto" with little attention on masked tokens; "literal" with the row entropy that
 * its supplement speaks of, which narrows attention and hurts when weighted more; "early" with the term at the entrance and the falling profile
 * only.
 */
export const mtoPresets: {
  readonly mto: MtoOptions;
  readonly literal: MtoOptions;
  readonly early: MtoOptions;
} = {
  mto: base,
  literal: { ...base, recalibration: "entropy", recalibrationWeight: 0.001 },
  early: { ...base, recalibrationWeight: 0 },
};
