import type { TokenMask } from "./token_mask.ts";

/**
 * Masks as numbers, 1 = masked, 0 = visible.
 * @param masks [B].
 * @param numTokens N, of each row.
 * @returns [B, N].
 * @throws {RangeError} If a mask has a token that no row has.
 */
export function denseMask(masks: readonly TokenMask[], numTokens: number): Float32Array {
  const dense = new Float32Array(masks.length * numTokens);
  for (const [row, { masked }] of masks.entries()) {
    for (const token of masked) {
      if (token >= numTokens) {
        throw new RangeError(
          `Row ${row} masks token ${token} of ${numTokens}: give the number of tokens drawn from`,
        );
      }
      dense[row * numTokens + token] = 1;
    }
  }
  return dense;
}
