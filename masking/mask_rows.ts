import type { TokenMask } from "./token_mask.ts";

/**
 * Puts several masks of each sample in one list: "mask-major" has mask k of sample b in row k · B + b, as ExtreMA's official code has it,
 * "sample-major" in row b · K + k, as data2vec 2.0's.
 * @param masks [B][K].
 * @param order Which rows come first.
 * @returns [B · K].
 * @throws {RangeError} If samples differ in their number of masks.
 */
export function maskRows(
  masks: readonly (readonly TokenMask[])[],
  order: "mask-major" | "sample-major",
): TokenMask[] {
  const numMasks = masks[0]?.length ?? 0;
  const other = masks.findIndex((ofSample) => ofSample.length !== numMasks);
  if (other >= 0) {
    throw new RangeError(
      `Sample ${other} has ${masks[other]!.length} masks, sample 0 ${numMasks}: draw as many for each`,
    );
  }
  if (order === "sample-major") return masks.flat();
  return Array.from({ length: numMasks }, (_, k) => masks.map((ofSample) => ofSample[k]!)).flat();
}
