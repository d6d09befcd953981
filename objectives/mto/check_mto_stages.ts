import type { MtoOptions } from "./mto_loss.ts";

/**
 * Refuses terms that take more stages than there are.
 * @param options The terms'; those of weight 0 take none.
 * @param numBlocks S, the host's blocks that see mask tokens: S + 1 stages, or S by attention.
 * @throws {RangeError} If `entropyStages` is not of 1 to that, or if there is but one for the rank term.
 */
export function checkMtoStages(
  { affinity, entropyWeight, entropyStages, rankWeight }: MtoOptions,
  numBlocks: number,
): void {
  const numStages = affinity === "attention" ? numBlocks : numBlocks + 1;
  if (entropyWeight !== 0 && !(entropyStages >= 1 && entropyStages <= numStages)) {
    throw new RangeError(
      `Cannot take the first ${entropyStages} of ${numStages} stages: set entropyStages (mto.entropyStages of a config) to 1…${numStages}`,
    );
  }
  if (rankWeight !== 0 && numStages < 2) {
    throw new RangeError(
      "The rank term compares stages, and by attention a single block has one: choose another affinity, or a rankWeight of 0",
    );
  }
}
