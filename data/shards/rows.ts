/**
 * Rows of a data set, in memory.
 * @module
 */
import type { Column } from "./column.ts";

/**
 * What a column has in one row: bytes for an image or an encoded file, samples for a waveform, indices for tokens, a string for text,
 * a number for a label or a number.
 */
export type Value = Uint8Array | Float32Array | Int32Array | string | number;

/** One row, a value for each column by the column's name. */
export type Row = Readonly<Record<string, Value>>;

/** The values of one column over some rows, end to end. */
export type ColumnValues = {
  /** What they are. */
  readonly column: Column;
  /** Of fixed width: [n · width]; of varying length: all of them, text as UTF-8. */
  readonly values: Uint8Array | Int32Array | Float32Array | Float64Array;
  /** [n + 1]: row i is `values[offsets[i]…offsets[i + 1] − 1]`. For columns of varying length only. */
  readonly offsets?: Int32Array;
};

/** Neighbouring rows of a split, column by column. */
export type Rows = {
  /** Index of the first in its split. */
  readonly first: number;
  /** n. */
  readonly numRows: number;
  /** By the column's name. */
  readonly columns: Readonly<Record<string, ColumnValues>>;
};
