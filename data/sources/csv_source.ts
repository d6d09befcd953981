/**
 * Comma-separated values.
 * @module
 */
import { nearestName } from "@lacuna/tensor/nearest-name";
import { SourceError } from "../source_error.ts";
import { csvCells, csvRecords } from "./_csv_records.ts";
import { fieldRow } from "./_field_row.ts";
import { openBytes } from "./_open_bytes.ts";
import { type FieldReader, resolveFields } from "./_resolve_fields.ts";
import { splitFiles } from "./_split_files.ts";
import { decodeUtf8 } from "./_utf8.ts";
import type { Field } from "./field.ts";
import type { Source, SourceItem } from "./source.ts";
import type { SplitPaths } from "./split_paths.ts";

/** Which files, and which of their columns. */
export type CsvOptions = {
  /** Paths of files or folders, with braces spelled out; by split where there are several. */
  readonly paths: SplitPaths;
  /** Columns by name; if not given, all that the header names, as text. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Names of the cells, for files that do not begin with a header. */
  readonly header?: readonly string[];
  /** One ASCII character between cells; if not given, a tab in files named .tsv, a comma in others. */
  readonly delimiter?: string;
  /** Of the data set; "csv" if not given. */
  readonly name?: string;
  /** "unknown" if not given. */
  readonly licence?: string;
  /** A record of more stops the reading; 64 MiB if not given. */
  readonly maxBytes?: number;
};

type Layout = Pick<CsvOptions, "header" | "delimiter"> & { readonly maxBytes: number };
type Problem = { readonly dropped: string; readonly detail: string };
/** Some records of one file, to be taken apart as they are asked for. */
type Records = {
  readonly length: number;
  readonly at: (i: number) => FieldReader | Problem;
  readonly where: (i: number) => string;
};

const MAX_BYTES = 64 << 20;
const ENDINGS = [".csv", ".tsv"].flatMap((ending) => [ending, `${ending}.gz`, `${ending}.zst`]);

/**
 * CSV files (RFC 4180) with a header, which may be compressed with gzip or zstd: quotes, line ends inside them, "\n" and "\r\n".
 *
 * Blank lines are no rows. A record that is not UTF-8, has another number of cells than the header, damaged quotes, or a cell that does
 * not fit its column is dropped and counted.
 * @throws {SourceError} If a path is missing, a header lacks a column or has one twice; while reading, if a quote never closes or a
 * record has more than `maxBytes`.
 * @throws {RangeError} If the delimiter is not one ASCII character other than a quote or a line end.
 */
export async function csvSource(options: CsvOptions): Promise<Source> {
  const layout: Layout = { ...options, maxBytes: options.maxBytes ?? MAX_BYTES };
  if (layout.delimiter !== undefined && !/^[^"\r\n\x80-\uffff]$/.test(layout.delimiter)) {
    throw new RangeError(
      `A delimiter cannot be ${JSON.stringify(layout.delimiter)}: give one ASCII character, no quote`,
    );
  }
  const { splits, source } = await splitFiles(options.paths, ENDINGS);
  const files = splits.flatMap(([, files]) => files);
  const header = await readHeader(files[0]!, layout);
  const named = options.fields ?? Object.fromEntries(header.map((name) => [name, { kind: "text" } as const]));
  const wanted = Object.entries(named).map(([name, { field = name }]) => field);
  indexCells(files[0]!, header, wanted); // refuses unknown ones now, not at the first row
  const fields = await resolveFields(named, source, () => readFields(files, layout));
  async function* items(files: readonly string[], from: number): AsyncGenerator<SourceItem> {
    let left = from;
    for await (const records of readRecords(files, layout, wanted)) {
      const passed = Math.min(left, records.length);
      left -= passed;
      for (let i = passed; i < records.length; i++) {
        const read = records.at(i);
        yield typeof read === "function" ? fieldRow(fields, read, () => records.where(i)) : read;
      }
    }
  }
  return {
    name: options.name ?? "csv",
    source,
    licence: options.licence ?? "unknown",
    columns: fields.map(({ column }) => column),
    splits: Object.fromEntries(
      splits.map(([split, files]) => [split, { items: (from: number) => items(files, from) }]),
    ),
  };
}

async function* readFields(files: readonly string[], layout: Layout): AsyncGenerator<FieldReader> {
  for await (const records of readRecords(files, layout, [])) {
    for (let i = 0; i < records.length; i++) {
      const read = records.at(i);
      if (typeof read === "function") yield read;
    }
  }
}

async function readHeader(file: string, layout: Layout): Promise<readonly string[]> {
  if (layout.header) return unique(file, layout.header);
  await using bytes = await openBytes(file);
  const records = csvRecords(bytes.reader, file, delimiterOf(file, layout), layout.maxBytes);
  for await (const [first] of records) {
    if (first) return headerOf(file, first.bytes, layout);
  }
  throw new SourceError(file, `${file} is empty: it should begin with a header`);
}

function headerOf(file: string, record: Uint8Array, layout: Layout): readonly string[] {
  const text = decodeUtf8(record);
  const names = text === undefined ? undefined : csvCells(text, delimiterOf(file, layout));
  if (!names) throw new SourceError(file, `The header of ${file} is not CSV in UTF-8`);
  return unique(file, names);
}

function unique(file: string, names: readonly string[]): readonly string[] {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new SourceError(
      file,
      `The header of ${file} has ${JSON.stringify(twice)} twice: give each column a name of its own`,
    );
  }
  return names;
}

function delimiterOf(file: string, { delimiter }: Layout): string {
  return delimiter ?? (/\.tsv(\.gz|\.zst)?$/i.test(file) ? "\t" : ",");
}

async function* readRecords(
  files: readonly string[],
  layout: Layout,
  wanted: readonly string[],
): AsyncGenerator<Records> {
  for (const file of files) {
    await using bytes = await openBytes(file);
    const delimiter = delimiterOf(file, layout);
    let columns = layout.header && indexCells(file, layout.header, wanted);
    for await (const found of csvRecords(bytes.reader, file, delimiter, layout.maxBytes)) {
      const [first] = found;
      if (!first) continue;
      const records = columns ? found : found.slice(1);
      const indices = columns ??= indexCells(file, headerOf(file, first.bytes, layout), wanted);
      const where = (i: number) => `${file}, line ${records[i]!.line}`;
      const at = (i: number) => cellsOf(records[i]!.bytes, () => where(i), delimiter, indices);
      yield { length: records.length, at, where };
    }
  }
}

function cellsOf(
  record: Uint8Array,
  where: () => string,
  delimiter: string,
  columns: ReadonlyMap<string, number>,
): FieldReader | Problem {
  const text = decodeUtf8(record);
  if (text === undefined) return { dropped: "record is not UTF-8", detail: `${where()} is not UTF-8` };
  const cells = csvCells(text, delimiter);
  if (!cells) {
    return { dropped: "quotes are damaged", detail: `${where()}: there is something after a closing quote` };
  }
  if (cells.length !== columns.size) {
    const detail = `${where()} has ${cells.length} cells where the header has ${columns.size}`;
    return { dropped: "record has another number of cells", detail };
  }
  return (field) => cells[columns.get(field)!];
}

function indexCells(file: string, header: readonly string[], wanted: readonly string[]): Map<string, number> {
  for (const name of wanted) {
    if (header.includes(name)) continue;
    const near = nearestName(name, header);
    const hint = near === undefined ? "" : `, did you mean ${JSON.stringify(near)}?`;
    throw new SourceError(
      file,
      `${file} has no column ${JSON.stringify(name)}${hint} It has ${header.join(", ")}`,
    );
  }
  return new Map(header.map((name, i) => [name, i]));
}
