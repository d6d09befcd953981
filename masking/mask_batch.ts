/**
 * The masks of a batch as arrays that tensors are made from.
 * @module
 */
import type { TokenMask } from "./token_mask.ts";

/** Masks of equally many tokens each, row by row. */
export type MaskBatch = {
  /** R. */
  readonly numRows: number;
  /** V. */
  readonly numVisible: number;
  /** M. */
  readonly numMasked: number;
  /** [R, V], ascending in a row. */
  readonly visible: Int32Array;
  /** [R, M], ascending in a row. */
  readonly masked: Int32Array;
};

/**
 * Puts masks with equally many visible and masked tokens in the rows of arrays.
 * @param masks [R].
 * @throws {RangeError} If there is none, or they differ in their numbers.
 */
export function maskBatch(masks: readonly TokenMask[]): MaskBatch {
  const numRows = masks.length;
  if (numRows === 0) throw new RangeError("Cannot put 0 masks in a batch: give one a row");
  const numVisible = masks[0]!.visible.length, numMasked = masks[0]!.masked.length;
  const visible = new Int32Array(numRows * numVisible);
  const masked = new Int32Array(numRows * numMasked);
  for (const [row, mask] of masks.entries()) {
    if (mask.visible.length !== numVisible || mask.masked.length !== numMasked) {
      throw new RangeError(
        `Row ${row} has ${mask.visible.length} visible and ${mask.masked.length} masked tokens, row 0 ${numVisible} and ${numMasked}: ` +
          `draw an exact number, or use thinMasks() or flatMasked()`,
      );
    }
    visible.set(mask.visible, row * numVisible);
    masked.set(mask.masked, row * numMasked);
  }
  return { numRows, numVisible, numMasked, visible, masked };
}
