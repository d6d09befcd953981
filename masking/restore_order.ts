import type { TokenMask } from "./token_mask.ts";

/**
 * Where each token stands in the sequence of visible tokens followed by masked ones: gathering that sequence with it gives the tokens back
 * in their own order.
 * @param masks [R], each of the same N tokens, every one of which is visible or masked.
 * @returns [R, N]: token i of a row is at place `order[i]` of the row's [visible, masked].
 * @throws {RangeError} If a token is in both parts or in none, as in masks of `multiBlockMask()`, or rows differ in N.
 * @see `ids_restore` of MAE's official code
 */
export function restoreOrder(masks: readonly TokenMask[]): Int32Array {
  const numTokens = masks.length === 0 ? 0 : masks[0]!.visible.length + masks[0]!.masked.length;
  const order = new Int32Array(masks.length * numTokens).fill(-1);
  for (const [row, { visible, masked }] of masks.entries()) {
    if (visible.length + masked.length !== numTokens) {
      throw new RangeError(
        `Row ${row} has ${
          visible.length + masked.length
        } tokens, row 0 ${numTokens}: give masks of equally many tokens`,
      );
    }
    const ofRow = order.subarray(row * numTokens, (row + 1) * numTokens);
    for (let at = 0; at < visible.length; at++) ofRow[visible[at]!] = at;
    for (let at = 0; at < masked.length; at++) ofRow[masked[at]!] = visible.length + at;
    const missing = ofRow.indexOf(-1);
    if (missing >= 0) {
      throw new RangeError(
        `Token ${missing} of ${numTokens} in row ${row} is neither visible nor masked: give a mask of all tokens`,
      );
    }
  }
  return order;
}
