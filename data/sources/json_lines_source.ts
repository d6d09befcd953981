/**
 * JSON lines.
 * @module
 */
import { SourceError } from "../source_error.ts";
import { fieldOf } from "./_field_of.ts";
import { fieldRow } from "./_field_row.ts";
import { isBlank, lines } from "./_lines.ts";
import { openBytes } from "./_open_bytes.ts";
import { type FieldReader, resolveFields } from "./_resolve_fields.ts";
import { splitFiles } from "./_split_files.ts";
import { decodeUtf8 } from "./_utf8.ts";
import type { Field } from "./field.ts";
import type { Source, SourceItem } from "./source.ts";
import type { SplitPaths } from "./split_paths.ts";

/** Which files, and which of their fields. */
export type JsonLinesOptions = {
  /** Paths of files or folders, with braces spelled out; by split where there are several. */
  readonly paths: SplitPaths;
  /** Columns by name; if not given, the fields of the first line, strings as text and numbers as numbers. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Of the data set; "json-lines" if not given. */
  readonly name?: string;
  /** "unknown" if not given. */
  readonly licence?: string;
  /** A line of more stops the reading; 64 MiB if not given. */
  readonly maxBytes?: number;
};

type Line = { readonly bytes: Uint8Array; readonly where: () => string };

const MAX_BYTES = 64 << 20;
const ENDINGS = [".jsonl", ".ndjson", ".json"].flatMap((ending) => [ending, `${ending}.gz`, `${ending}.zst`]);

/**
 * Files with a JSON object on each line, which may be compressed with gzip or zstd.
 *
 * Blank lines are no rows. A line that is not UTF-8, not a JSON object, or lacks one of the fields is dropped and counted.
 * @throws {SourceError} If a path is missing, or no fields are named and the first line does not tell them; while reading, if a line has
 * more than `maxBytes`.
 */
export async function jsonLinesSource(options: JsonLinesOptions): Promise<Source> {
  const { paths, maxBytes = MAX_BYTES } = options;
  const { splits, source } = await splitFiles(paths, ENDINGS);
  const files = splits.flatMap(([, files]) => files);
  const named = options.fields ?? await detectFields(files[0]!, maxBytes);
  const fields = await resolveFields(named, source, () => readFields(files, maxBytes));
  async function* items(files: readonly string[], from: number): AsyncGenerator<SourceItem> {
    let left = from;
    for await (const some of readLines(files, maxBytes)) {
      const passed = Math.min(left, some.length);
      left -= passed;
      for (let i = passed; i < some.length; i++) {
        const { bytes, where } = some[i]!;
        const parsed = parseLine(bytes);
        yield typeof parsed === "string"
          ? { dropped: parsed, detail: `${where()}: ${parsed}` }
          : fieldRow(fields, (field) => fieldOf(parsed, field), where);
      }
    }
  }
  return {
    name: options.name ?? "json-lines",
    source,
    licence: options.licence ?? "unknown",
    columns: fields.map(({ column }) => column),
    splits: Object.fromEntries(
      splits.map(([split, files]) => [split, { items: (from: number) => items(files, from) }]),
    ),
  };
}

async function* readLines(files: readonly string[], maxBytes: number): AsyncGenerator<readonly Line[]> {
  for (const file of files) {
    await using bytes = await openBytes(file);
    let number = 0;
    for await (const some of lines(bytes.reader, file, maxBytes)) {
      const found: Line[] = [];
      for (const line of some) {
        const at = ++number;
        if (!isBlank(line)) found.push({ bytes: line, where: () => `${file}, line ${at}` });
      }
      yield found;
    }
  }
}

/** The object on a line, or why there is none. */
function parseLine(bytes: Uint8Array): object | string {
  const text = decodeUtf8(bytes);
  if (text === undefined) return "line is not UTF-8";
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? json
      : "line is not a JSON object";
  } catch {
    return "line is not JSON";
  }
}

async function* readFields(files: readonly string[], maxBytes: number): AsyncGenerator<FieldReader> {
  for await (const some of readLines(files, maxBytes)) {
    for (const { bytes } of some) {
      const parsed = parseLine(bytes);
      if (typeof parsed !== "string") yield (field) => fieldOf(parsed, field);
    }
  }
}

async function detectFields(file: string, maxBytes: number): Promise<Record<string, Field>> {
  for await (const [first] of readLines([file], maxBytes)) {
    if (first) return fieldsOf(file, first);
  }
  throw new SourceError(file, `There is no JSON object with fields in ${file}`);
}

function fieldsOf(file: string, { bytes, where }: Line): Record<string, Field> {
  const parsed = parseLine(bytes);
  if (typeof parsed === "string") {
    throw new SourceError(file, `Cannot tell the fields of ${file}: ${where()}: ${parsed}`);
  }
  const entries = Object.entries(parsed).map(([name, value]): [string, Field] => {
    if (typeof value === "string") return [name, { kind: "text" }];
    if (typeof value === "number") return [name, { kind: "number" }];
    throw new SourceError(
      file,
      `Cannot tell what to make of ${JSON.stringify(name)} at ${where()}, neither a string nor a number: ` +
        "say which fields to take, and as what",
    );
  });
  if (entries.length > 0) return Object.fromEntries(entries);
  throw new SourceError(file, `There are no fields in ${where()}: say which to take, and as what`);
}
