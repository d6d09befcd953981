/**
 * WebDataset's tar archives.
 * @module
 */
import type { Column } from "../shards/column.ts";
import type { Value } from "../shards/rows.ts";
import { SourceError } from "../source_error.ts";
import { type ParsedField, parseField } from "./_field.ts";
import { fieldOf } from "./_field_of.ts";
import { openBytes } from "./_open_bytes.ts";
import { splitFiles } from "./_split_files.ts";
import { type TarEntry, TarReader } from "./_tar_reader.ts";
import { decodeUtf8, withoutMark } from "./_utf8.ts";
import type { Source, SourceItem } from "./source.ts";
import type { SplitPaths } from "./split_paths.ts";

/** A column, and which file of a sample it is in. */
export type WebdatasetColumn = {
  /** What it holds; not decoded images or sound. */
  readonly column: Column;
  /** Endings of file names after the key, in lower case, any one of them: "jpg", "seg.png". */
  readonly extensions: readonly string[];
  /** Where in a JSON file, by a dotted name: "caption.en". */
  readonly field?: string;
};

/** Which archives, and what to take from them. */
export type WebdatasetOptions = {
  /** Paths of archives, or folders of them, with braces spelled out, "train-{000..010}.tar"; by split where there are several. */
  readonly paths: SplitPaths;
  /** Of the data set; "webdataset" if not given. */
  readonly name?: string;
  /** "unknown" if not given. */
  readonly licence?: string;
  /** What to take; if not given, what the first sample has of images, classes, text and sound. */
  readonly columns?: readonly WebdatasetColumn[];
  /** What the labels in `cls` files mean, where the columns are not given. */
  readonly classNames?: readonly string[];
  /** An entry of more, or a sample whose entries that are taken have more together, is left out; 256 MiB if not given. */
  readonly maxEntryBytes?: number;
};

type Sample = {
  readonly key: string;
  readonly detail: string;
  readonly content: ReadonlyMap<string, Uint8Array>;
};
type Problem = { readonly dropped: string; readonly detail: string };

const MAX_ENTRY_BYTES = 256 << 20;
const MAX_FILES = 1000; // of one sample
const IMAGE_EXTENSIONS = ["jpg", "jpeg", "png", "webp", "gif"];
const AUDIO_EXTENSIONS = ["wav", "flac"];
const BASE_AND_EXTENSION = /^((?:.*\/)?[^./]+)\.([^/]+)$/s;

/**
 * Samples from tar archives in WebDataset's layout: the files of one sample stand side by side and share their name up to the first dot.
 *
 * Archives may be compressed with gzip or zstd. They are read as streams, and nothing is ever written under a name that stands in one.
 * A sample with an unsafe entry (a link, a device, a name that is absolute or has "..") or without one of the columns is dropped; an
 * archive whose structure is damaged stops the reading.
 * @throws {SourceError} If a path is missing or the first sample has nothing to take; while reading, if an archive is damaged or cut
 * short.
 */
export async function webdatasetSource(options: WebdatasetOptions): Promise<Source> {
  const { paths, name = "webdataset", licence = "unknown", maxEntryBytes = MAX_ENTRY_BYTES } = options;
  const { splits, source } = await splitFiles(paths, [".tar", ".tar.gz", ".tgz", ".tar.zst"]);
  const first = splits.find(([, files]) => files.length > 0)![1][0]!;
  const columns = options.columns ?? await detectColumns(first, maxEntryBytes, options.classNames ?? []);
  const itemsOf = (archives: readonly string[]) => (from: number) =>
    readArchives(archives, columns, maxEntryBytes, from);
  return {
    name,
    source,
    licence,
    columns: columns.map(({ column }) => column),
    splits: Object.fromEntries(splits.map(([split, archives]) => [split, { items: itemsOf(archives) }])),
  };
}

async function* readArchives(
  archives: readonly string[],
  columns: readonly WebdatasetColumn[],
  maxEntryBytes: number,
  from: number,
): AsyncGenerator<SourceItem> {
  const wanted = new Set(columns.flatMap(({ extensions }) => extensions));
  let left = from;
  for (const archive of archives) {
    const samples = readSamples(archive, maxEntryBytes, (extension) => left === 0 && wanted.has(extension));
    for await (const sample of samples) {
      if (left > 0) left--;
      else yield "dropped" in sample ? sample : rowOf(sample, columns);
    }
  }
}

/**
 * The samples of one archive.
 * @param isWanted Whether the content of entries with this extension is to be read; asked at a sample's first entry and after.
 */
async function* readSamples(
  archive: string,
  maxEntryBytes: number,
  isWanted: (extension: string) => boolean,
): AsyncGenerator<Sample | Problem> {
  await using bytes = await openBytes(archive);
  const reader = new TarReader(archive, bytes, maxEntryBytes);
  let key: string | undefined;
  let content = new Map<string, Uint8Array>();
  let numBytes = 0; // of the content
  let problem: Problem | undefined;
  const take = () => problem ?? { key: key!, detail: `${archive}: sample ${JSON.stringify(key)}`, content };
  for (let entry = await reader.next(); entry; entry = await reader.next()) {
    const [, base, ending] = BASE_AND_EXTENSION.exec(entry.name) ?? [];
    if (isNote(entry.name)) continue;
    if (key !== undefined && (base === undefined || base !== key)) {
      yield take();
      [key, content, numBytes, problem] = [undefined, new Map(), 0, undefined];
    }
    if (base === undefined || ending === undefined) {
      yield problemOf(archive, entry, entry.problem ?? "archive entry has no key and extension");
      continue;
    }
    key = base;
    const extension = ending.toLowerCase();
    if (entry.problem !== undefined) problem ??= problemOf(archive, entry, entry.problem);
    else if (content.has(extension)) problem ??= problemOf(archive, entry, "archive has an entry twice");
    else if (content.size === MAX_FILES) problem ??= problemOf(archive, entry, "sample has too many files");
    else if (problem !== undefined || !isWanted(extension)) content.set(extension, new Uint8Array(0));
    else if (numBytes + entry.size > maxEntryBytes) {
      problem = problemOf(archive, entry, "sample is too large");
    } else {
      content.set(extension, await reader.content());
      numBytes += entry.size;
    }
  }
  if (key !== undefined) yield take();
}

/** Whether an entry is about the archive, not of a sample, as WebDataset has it. */
function isNote(name: string): boolean {
  return name.startsWith("__") && name.endsWith("__");
}

function problemOf(archive: string, entry: TarEntry, dropped: string): Problem {
  const name = entry.name.length > 100 ? `${entry.name.slice(0, 100)}…` : entry.name;
  return { dropped, detail: `${archive}: entry ${JSON.stringify(name)} of ${entry.size} bytes` };
}

function rowOf({ detail, content }: Sample, columns: readonly WebdatasetColumn[]): SourceItem {
  const row: Record<string, Value> = {};
  for (const { column, extensions, field } of columns) {
    const extension = extensions.find((extension) => content.has(extension));
    if (extension === undefined) {
      return {
        dropped: `${column.name} is missing`,
        detail: `${detail} has no file .${extensions.join(" or .")}`,
      };
    }
    const parsed = parseFile(column, content.get(extension)!, field);
    if ("dropped" in parsed) {
      return { dropped: parsed.dropped, detail: `${detail}, .${extension}: ${parsed.detail}` };
    }
    row[column.name] = parsed.value;
  }
  return { row };
}

function parseFile(column: Column, bytes: Uint8Array, field: string | undefined): ParsedField {
  if (column.kind === "encodedImage" || column.kind === "encodedAudio") {
    return bytes.length > 0
      ? { value: bytes }
      : { dropped: `${column.name} is empty`, detail: "it has no bytes" };
  }
  const text = decodeUtf8(withoutMark(bytes));
  if (text === undefined) return { dropped: "text is not UTF-8", detail: "it is not UTF-8" };
  if (field === undefined) return parseField(column, text);
  try {
    return parseField(column, fieldOf(JSON.parse(text), field));
  } catch {
    return { dropped: "JSON is damaged", detail: "it is not JSON" };
  }
}

async function detectColumns(
  archive: string,
  maxEntryBytes: number,
  classNames: readonly string[],
): Promise<readonly WebdatasetColumn[]> {
  for await (const sample of readSamples(archive, maxEntryBytes, () => false)) {
    if ("dropped" in sample) continue;
    const known = knownColumns(classNames);
    const columns = known.filter(({ extensions }) =>
      extensions.some((extension) => sample.content.has(extension))
    );
    if (columns.length > 0) return columns;
    const found = [...sample.content.keys()].map((extension) => `.${extension}`).join(", ");
    throw new SourceError(
      archive,
      `${sample.detail} has only ${found}: name the columns that are to be taken, and their extensions`,
    );
  }
  throw new SourceError(
    archive,
    `There is no sample in ${archive}: a sample's files are named key.extension`,
  );
}

function knownColumns(classNames: readonly string[]): WebdatasetColumn[] {
  return [
    { column: { name: "image", kind: "encodedImage" }, extensions: IMAGE_EXTENSIONS },
    { column: { name: "audio", kind: "encodedAudio" }, extensions: AUDIO_EXTENSIONS },
    { column: { name: "label", kind: "label", classNames }, extensions: ["cls"] },
    { column: { name: "text", kind: "text" }, extensions: ["txt", "text", "transcript"] },
    { column: { name: "json", kind: "text" }, extensions: ["json"] },
  ];
}
