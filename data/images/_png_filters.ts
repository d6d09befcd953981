import { ImageError } from "./image_error.ts";

/**
 * Undoes what made a PNG's rows compress well (PNG, third edition, §9).
 * @param filtered [H, 1 + rowBytes], each row behind its filter's number; overwritten.
 * @param step Bytes from a pixel to the next, at least 1.
 * @returns [H, rowBytes]
 */
export function unfilter(
  filtered: Uint8Array,
  height: number,
  rowBytes: number,
  step: number,
): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(height * rowBytes);
  for (let row = 0; row < height; row++) {
    const from = row * (1 + rowBytes);
    const filter = filtered[from]!;
    const to = row * rowBytes;
    rows.set(filtered.subarray(from + 1, from + 1 + rowBytes), to);
    if (filter === 1) addLeft(rows, to, rowBytes, step);
    else if (filter === 2 && row > 0) addAbove(rows, to, rowBytes);
    else if (filter === 3) addMean(rows, to, rowBytes, step, row > 0);
    else if (filter === 4 && row > 0) addPaeth(rows, to, rowBytes, step);
    else if (filter === 4) addLeft(rows, to, rowBytes, step); // above is 0, so that the left is always the nearest
    else if (filter > 4) {
      throw new ImageError("data", `row ${row} of the PNG file has filter ${filter}; there are 0…4`);
    }
  }
  return rows;
}

function addLeft(rows: Uint8Array, start: number, rowBytes: number, step: number): void {
  for (let i = start + step; i < start + rowBytes; i++) rows[i] = rows[i]! + rows[i - step]!;
}

function addAbove(rows: Uint8Array, start: number, rowBytes: number): void {
  for (let i = start; i < start + rowBytes; i++) rows[i] = rows[i]! + rows[i - rowBytes]!;
}

function addMean(rows: Uint8Array, start: number, rowBytes: number, step: number, hasAbove: boolean): void {
  for (let i = 0; i < rowBytes; i++) {
    const at = start + i;
    const left = i < step ? 0 : rows[at - step]!;
    const above = hasAbove ? rows[at - rowBytes]! : 0;
    rows[at] = rows[at]! + (left + above >> 1);
  }
}

function addPaeth(rows: Uint8Array, start: number, rowBytes: number, step: number): void {
  for (let i = start; i < start + Math.min(step, rowBytes); i++) rows[i] = rows[i]! + rows[i - rowBytes]!;
  for (let i = start + step; i < start + rowBytes; i++) {
    const left = rows[i - step]!;
    const above = rows[i - rowBytes]!;
    const corner = rows[i - rowBytes - step]!;
    const toLeft = Math.abs(above - corner);
    const toAbove = Math.abs(left - corner);
    const toCorner = Math.abs(left + above - 2 * corner);
    const nearest = toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    rows[i] = rows[i]! + nearest;
  }
}
