import type { MtoOptions } from "./mto_loss.ts";

/** Whether `mtoLoss()` reads the blocks' scores: for recalibration, and for heterogeneity by attention. */
export function mtoReadsScores(
  { affinity, entropyWeight, rankWeight, recalibrationWeight }: MtoOptions,
): boolean {
  return recalibrationWeight !== 0 || affinity === "attention" && (entropyWeight !== 0 || rankWeight !== 0);
}
