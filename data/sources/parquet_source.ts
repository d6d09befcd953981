/**
 * Parquet files, as Hugging Face writes them.
 * @module
 */
import type { Column } from "../shards/column.ts";
import type { Value } from "../shards/rows.ts";
import { type ParsedField, parseField } from "./_field.ts";
import { parquetColumns } from "./_parquet_columns.ts";
import { ParquetFile } from "./_parquet_file.ts";
import { splitFiles } from "./_split_files.ts";
import { decodeUtf8 } from "./_utf8.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";
import type { SplitPaths } from "./split_paths.ts";

/** Which files, and which of their columns. */
export type ParquetOptions = {
  /** Paths of files or folders, with braces spelled out, "train-{00000..00003}-of-00004.parquet"; by split where there are several. */
  readonly paths: SplitPaths;
  /** Names of columns to take as what they are found to be, or what they are; all, if not given. */
  readonly columns?: readonly (string | Column)[];
  /** Of the data set; "parquet" if not given. */
  readonly name?: string;
  /** "unknown" if not given. */
  readonly licence?: string;
  /** A row group of more, decompressed, stops the reading, as it must fit into memory; 2 GiB if not given. */
  readonly maxGroupBytes?: number;
};

const MAX_GROUP_BYTES = 2 ** 31;

/**
 * Rows of Parquet files, a row group in memory at a time.
 *
 * Images, sound and classes are known by the note that Hugging Face's `datasets` leaves in a file; strings become text, numbers and
 * truth values numbers, lists of integers tokens. A row with a missing value, text that is not UTF-8, or an image that is only named and
 * stands elsewhere is dropped and counted.
 * @throws {SourceError} If a file is missing, not Parquet, without a column that is asked for, or nothing says what a column is; while
 * reading, if a row group is damaged or too large, or a file has not the columns of the first.
 */
export async function parquetSource(options: ParquetOptions): Promise<Source> {
  const { splits, source } = await splitFiles(options.paths, [".parquet"]);
  const maxGroupBytes = options.maxGroupBytes ?? MAX_GROUP_BYTES;
  const [first] = splits.flatMap(([, files]) => files);
  using parquet = await ParquetFile.open(first!);
  const columns = parquetColumns(parquet, options.columns);
  const bySplit: [string, SplitSource][] = [];
  for (const [split, files] of splits) {
    const groupRows: (readonly number[])[] = [];
    for (const file of files) groupRows.push(await countRows(file, columns));
    bySplit.push([split, {
      numItems: sum(groupRows.flat()),
      items: (from) => readFiles(files, groupRows, columns, maxGroupBytes, from),
    }]);
  }
  return {
    name: options.name ?? "parquet",
    source,
    licence: options.licence ?? "unknown",
    columns,
    splits: Object.fromEntries(bySplit),
  };
}

async function countRows(file: string, columns: readonly Column[]): Promise<readonly number[]> {
  using parquet = await ParquetFile.open(file);
  parquetColumns(parquet, columns); // it has them all
  return parquet.groupRows;
}

async function* readFiles(
  files: readonly string[],
  groupRows: readonly (readonly number[])[],
  columns: readonly Column[],
  maxGroupBytes: number,
  from: number,
): AsyncGenerator<SourceItem> {
  let left = from;
  for (const [i, file] of files.entries()) {
    if (left >= sum(groupRows[i]!)) left -= sum(groupRows[i]!);
    else {
      yield* readFile(file, columns, maxGroupBytes, left);
      left = 0;
    }
  }
}

async function* readFile(
  file: string,
  columns: readonly Column[],
  maxGroupBytes: number,
  from: number,
): AsyncGenerator<SourceItem> {
  using parquet = await ParquetFile.open(file);
  let first = 0; // of the row group, in the file
  for (const [group, numRows] of parquet.groupRows.entries()) {
    if (from < first + numRows) {
      const values = await parquet.read(group, columns.map(({ name }) => name), maxGroupBytes);
      for (let row = Math.max(from - first, 0); row < numRows; row++) {
        yield itemOf(columns, (column) => values[column]![row], `${file}, row ${first + row}`);
      }
    }
    first += numRows;
  }
}

function itemOf(
  columns: readonly Column[],
  read: (column: string) => unknown,
  where: string,
): SourceItem {
  const row: Record<string, Value> = {};
  for (const column of columns) {
    const parsed = parseValue(column, read(column.name));
    if ("dropped" in parsed) return { dropped: parsed.dropped, detail: `${where}: ${parsed.detail}` };
    row[column.name] = parsed.value;
  }
  return { row };
}

function parseValue(column: Column, found: unknown): ParsedField {
  const isEncoded = column.kind === "encodedImage" || column.kind === "encodedAudio";
  if (isEncoded) return parseEncoded(column.name, found);
  if (!(found instanceof Uint8Array)) return parseField(column, found);
  const text = decodeUtf8(found);
  if (text !== undefined) return parseField(column, text);
  return { dropped: "text is not UTF-8", detail: `${column.name} is not UTF-8` };
}

/** Bytes as such, or as Hugging Face has them: { bytes, path }, where the bytes may be missing. */
function parseEncoded(name: string, found: unknown): ParsedField {
  const isPair = typeof found === "object" && found !== null && "bytes" in found;
  const { bytes, path } = isPair ? found as { bytes: unknown; path?: unknown } : { bytes: found };
  if (bytes instanceof Uint8Array && bytes.length > 0) return { value: bytes };
  const elsewhere = typeof path === "string" ? `, only the path ${JSON.stringify(path.slice(0, 100))}` : "";
  return { dropped: `${name} has no bytes`, detail: `${name} has no bytes${elsewhere}` };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
