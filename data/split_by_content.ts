/**
 * A split into training and test rows that depends on nothing but the rows themselves.
 * @module
 */
import { sha256 } from "./_sha256.ts";

/** Indices of rows, without repeats; each split stands in the order of its rows' hashes. */
export type ContentSplit = {
  /** Rows to learn from. */
  readonly train: Int32Array;
  /** Rows to judge by. */
  readonly test: Int32Array;
  /** Rows left out because an earlier row is the same. */
  readonly numDuplicates: number;
};

/**
 * Splits rows by the SHA-256 of their bytes: a row's side depends on that row alone, so the split survives
 * reordering and additions, and no row can stand on both sides. Of equal rows only the first is kept. Rows in the
 * order of their hashes are in random order with respect to everything else: each prefix is a fair sample.
 *
 * @example
 * ```ts
 * import { splitByContent } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const { train, test, numDuplicates } = splitByContent(Uint8Array.of(7, 8, 7, 9), 1, 0.5); // 4 rows of 1 byte
 * assert.deepEqual([...train, ...test].sort(), [0, 1, 3]);
 * assert.equal(numDuplicates, 1);
 * ```
 * @param rows [n, rowBytes].
 * @param rowBytes Bytes of each row, ≥ 1.
 * @param testShare Expected share of the test rows, in (0, 1).
 * @throws {RangeError} If `rows` is no whole number of rows, or `testShare` is out of range.
 */
export function splitByContent(rows: Uint8Array, rowBytes: number, testShare: number): ContentSplit {
  const numRows = rows.length / rowBytes;
  if (!Number.isInteger(numRows)) {
    throw new RangeError(
      `${rows.length} bytes are no whole number of rows of ${rowBytes} bytes: cut them first`,
    );
  }
  if (!(testShare > 0 && testShare < 1)) {
    throw new RangeError(`Cannot hold out a share of ${testShare} for testing: choose one in (0, 1)`);
  }
  const firstRow = new Map<string, number>(); // hash → row
  for (let row = 0; row < numRows; row++) {
    const hash = sha256(rows.subarray(row * rowBytes, (row + 1) * rowBytes));
    if (!firstRow.has(hash)) firstRow.set(hash, row);
  }
  const hashes = [...firstRow.keys()].sort();
  const isTest = (hash: string): boolean => parseInt(hash.slice(0, 8), 16) < testShare * 2 ** 32;
  const rowsWhere = (keep: (hash: string) => boolean): Int32Array =>
    Int32Array.from(hashes.filter(keep), (hash) => firstRow.get(hash)!);
  return {
    train: rowsWhere((hash) => !isTest(hash)),
    test: rowsWhere(isTest),
    numDuplicates: numRows - hashes.length,
  };
}
