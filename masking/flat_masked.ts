import type { TokenMask } from "./token_mask.ts";

/**
 * The masked tokens of all rows as indices into rows laid end to end, for masks that differ in their numbers.
 * @param masks [B].
 * @param numTokens N, of each row.
 * @returns [ΣM], b · N + i for each token i that mask b hides, ascending.
 * @throws {RangeError} If a mask has a token that no row has.
 */
export function flatMasked(masks: readonly TokenMask[], numTokens: number): Int32Array {
  const flat = new Int32Array(masks.reduce((sum, { masked }) => sum + masked.length, 0));
  let at = 0;
  for (const [row, { masked }] of masks.entries()) {
    for (const token of masked) {
      if (token >= numTokens) {
        throw new RangeError(
          `Row ${row} masks token ${token} of ${numTokens}: give the number of tokens drawn from`,
        );
      }
      flat[at++] = row * numTokens + token;
    }
  }
  return flat;
}
