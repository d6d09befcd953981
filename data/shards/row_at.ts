/**
 * One row out of many.
 * @module
 */
import type { ColumnValues, Row, Rows, Value } from "./rows.ts";

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * One row, as a source gave it. Its arrays are views of `rows`.
 *
 * @example
 * ```ts
 * import { rowAt } from "@lacuna/data/shards";
 * import assert from "node:assert/strict";
 *
 * const column = { name: "text", kind: "text" } as const;
 * const values = new TextEncoder().encode("onetwo");
 * const rows = { first: 0, numRows: 2, columns: { text: { column, values, offsets: Int32Array.of(0, 3, 6) } } };
 * assert.deepEqual(rowAt(rows, 1), { text: "two" });
 * ```
 * @param rows Some rows.
 * @param index Of the row among them, 0…numRows − 1.
 * @throws {RangeError} If there is no such row.
 * @throws {TypeError} If a text is not UTF-8.
 */
export function rowAt({ numRows, columns }: Rows, index: number): Row {
  if (!(Number.isInteger(index) && index >= 0 && index < numRows)) {
    throw new RangeError(`There is no row ${index} among ${numRows}: choose 0…${numRows - 1}`);
  }
  const values = Object.entries(columns).map(([name, column]) => [name, valueAt(column, index)] as const);
  return Object.fromEntries(values);
}

function valueAt({ column, values, offsets }: ColumnValues, i: number): Value {
  if (column.kind === "label" || column.kind === "number") return values[i]!;
  if (column.kind === "image") {
    const width = column.shape[0] * column.shape[1] * column.shape[2];
    return values.subarray(i * width, (i + 1) * width) as Uint8Array;
  }
  const value = values.subarray(offsets![i]!, offsets![i + 1]!);
  return column.kind === "text" ? decoder.decode(value) : value as Value;
}
