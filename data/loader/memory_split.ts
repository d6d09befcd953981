/**
 * Rows in memory as a split.
 * @module
 */
import { createHash } from "node:crypto";
import type { ColumnValues, Rows } from "../shards/rows.ts";
import type { SplitReader } from "./split_reader.ts";

/**
 * Rows that are in memory already, to be loaded as those of a data set are.
 *
 * @example Batches of a few numbers
 * ```ts
 * import { columnsPreparation, createLoader, memorySplit } from "@lacuna/data/loader";
 * import assert from "node:assert/strict";
 *
 * const column = { name: "x", kind: "number" } as const;
 * const columns = { x: { column, values: Float64Array.of(1, 2, 4, 8) } };
 * const data = memorySplit("powers", { first: 0, numRows: 4, columns });
 * const preparation = columnsPreparation({ x: {} });
 * await using loader = await createLoader({ data, preparation, batchSize: 2 });
 * const sums: number[] = [];
 * for await (const { arrays: { x } } of loader.batches()) sums.push(x!.values[0]! + x!.values[1]!);
 * assert.equal(sums[0]! + sums[1]!, 15); // each once
 * ```
 * @param name For messages.
 * @param rows All of them, `first` 0; they must not change any more.
 * @param rowsPerBlock How many the loader takes for neighbours; all if left out.
 */
export function memorySplit(name: string, rows: Rows, rowsPerBlock: number = rows.numRows): SplitReader {
  const columns = Object.values(rows.columns);
  const hash = createHash("sha256").update(JSON.stringify(columns.map(({ column }) => column)));
  for (const { values, offsets } of columns) {
    hash.update(bytesOf(values));
    if (offsets !== undefined) hash.update(bytesOf(offsets));
  }
  return {
    name,
    numRows: rows.numRows,
    rowsPerBlock,
    columns: columns.map(({ column }) => column),
    contentHash: hash.digest("hex"),
    readBlock: (block) => Promise.resolve(cut(rows, block * rowsPerBlock, rowsPerBlock)),
  };
}

function cut({ numRows, columns }: Rows, first: number, count: number): Rows {
  const end = Math.min(first + count, numRows);
  const parts = Object.entries(columns).map((
    [name, values],
  ) => [name, cutColumn(values, numRows, first, end)]);
  return { first, numRows: end - first, columns: Object.fromEntries(parts) };
}

function cutColumn(
  { column, values, offsets }: ColumnValues,
  numRows: number,
  first: number,
  end: number,
): ColumnValues {
  if (offsets === undefined) {
    const width = values.length / numRows;
    return { column, values: values.subarray(first * width, end * width) };
  }
  const start = offsets[first]!;
  const own = offsets.subarray(first, end + 1).map((offset) => offset - start);
  return { column, values: values.subarray(start, offsets[end]!), offsets: own };
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
