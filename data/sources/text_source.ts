/**
 * Plain text.
 * @module
 */
import { basename, dirname } from "node:path";
import type { Column } from "../shards/column.ts";
import { SourceError } from "../source_error.ts";
import { isBlank, join, lines } from "./_lines.ts";
import { openBytes } from "./_open_bytes.ts";
import { shuffledItems } from "./_shuffled_items.ts";
import { splitFiles } from "./_split_files.ts";
import { decodeUtf8, withoutMark } from "./_utf8.ts";
import type { ItemOrder } from "./item_order.ts";
import type { Source, SourceItem } from "./source.ts";
import type { SplitPaths } from "./split_paths.ts";

/** Which files, and what a row is. */
export type TextOptions = {
  /** Paths of files or folders, with braces spelled out; by split where there are several. */
  readonly paths: SplitPaths;
  /** What a row is: a whole file, a line, or lines up to a blank one; "document" if not given. */
  readonly per?: "document" | "line" | "paragraph";
  /** Whether the name of a file's folder is its class. */
  readonly classByFolder?: boolean;
  /** Of documents with classes: "shuffled" by default; "sorted" is by path, as all else is. */
  readonly order?: ItemOrder;
  /** Endings of the files that are taken from a folder; .txt, .txt.gz and .txt.zst if not given. */
  readonly endings?: readonly string[];
  /** Of the data set; "text" if not given. */
  readonly name?: string;
  /** "unknown" if not given. */
  readonly licence?: string;
  /** A row of more stops the reading; 64 MiB if not given. */
  readonly maxBytes?: number;
};

/** Some pieces, of which only those that are wanted are joined and named. */
type Piece = { readonly bytes: () => Uint8Array; readonly where: () => string };

const MAX_BYTES = 64 << 20;
const NEWLINE = 10;
const ENDINGS = [".txt", ".txt.gz", ".txt.zst"];

/**
 * Text files, which may be compressed with gzip or zstd: a row for each file, line or paragraph.
 *
 * Blank lines are no rows. A row that is not UTF-8 is dropped and counted; nothing in it is replaced. A byte-order mark of UTF-8 is
 * taken off.
 * @throws {SourceError} If a path is missing or a folder has no text; while reading, if a row has more than `maxBytes`.
 */
export async function textSource(options: TextOptions): Promise<Source> {
  const { paths, per = "document", classByFolder = false, endings = ENDINGS, maxBytes = MAX_BYTES } = options;
  const isMixed = classByFolder && per === "document" && options.order !== "sorted";
  const { splits, source } = await splitFiles(paths, endings);
  const classNames = classByFolder
    ? [...new Set(splits.flatMap(([, files]) => files.map(classOf)))].sort()
    : undefined;
  const label: readonly Column[] = classNames ? [{ name: "label", kind: "label", classNames }] : [];
  const splitOf = (files: readonly string[]) => ({
    ...(per === "document" ? { numItems: files.length } : {}),
    items: (from: number) => readTexts(isMixed ? mixed(files) : files, per, maxBytes, classNames, from),
  });
  return {
    name: options.name ?? "text",
    source,
    licence: options.licence ?? "unknown",
    columns: [{ name: "text", kind: "text" }, ...label],
    splits: Object.fromEntries(splits.map(([split, files]) => [split, splitOf(files)])),
  };
}

function classOf(file: string): string {
  return basename(dirname(file));
}

/** By the names of a file and its folder, which stay when the whole is moved. */
function mixed(files: readonly string[]): string[] {
  return shuffledItems(files, (file) => `${classOf(file)}/${basename(file)}`);
}

async function* readTexts(
  files: readonly string[],
  per: "document" | "line" | "paragraph",
  maxBytes: number,
  classNames: readonly string[] | undefined,
  from: number,
): AsyncGenerator<SourceItem> {
  const isByFile = per === "document"; // then those to pass over need not be opened
  let left = isByFile ? 0 : from;
  for (const file of isByFile ? files.slice(from) : files) {
    const label = classNames ? { label: classNames.indexOf(classOf(file)) } : {};
    const pieces = { document: documentOf, line: linesOf, paragraph: paragraphsOf }[per](file, maxBytes);
    for await (const some of pieces) {
      const passed = Math.min(left, some.length);
      left -= passed;
      for (let i = passed; i < some.length; i++) yield textItem(some[i]!, label);
    }
  }
}

function textItem({ bytes, where }: Piece, label: { readonly label?: number }): SourceItem {
  const text = decodeUtf8(bytes());
  if (text === undefined) return { dropped: "text is not UTF-8", detail: `${where()} is not UTF-8` };
  if (text === "") return { dropped: "text is empty", detail: `${where()} is empty` };
  return { row: { text, ...label } };
}

async function* documentOf(file: string, maxBytes: number): AsyncGenerator<readonly Piece[]> {
  await using bytes = await openBytes(file);
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const piece = await bytes.reader.takeBuffered();
    if (!piece) break;
    length += piece.length;
    if (length > maxBytes) throw tooLong(file, "the document", maxBytes);
    pieces.push(piece.slice());
  }
  yield [{ bytes: () => withoutMark(join(pieces)), where: () => file }];
}

async function* linesOf(file: string, maxBytes: number): AsyncGenerator<readonly Piece[]> {
  await using bytes = await openBytes(file);
  let number = 0;
  for await (const some of lines(bytes.reader, file, maxBytes)) {
    const pieces: Piece[] = [];
    for (const line of some) {
      const at = ++number;
      if (!isBlank(line)) pieces.push({ bytes: () => line, where: () => `${file}, line ${at}` });
    }
    yield pieces;
  }
}

async function* paragraphsOf(file: string, maxBytes: number): AsyncGenerator<readonly Piece[]> {
  await using bytes = await openBytes(file);
  let paragraph = new Uint8Array(4096); // grows as it must
  let [length, first, number] = [0, 1, 0];
  const take = (): Piece => {
    const [whole, from] = [paragraph.slice(0, length - 1), first]; // without the last line's end
    return { bytes: () => whole, where: () => `${file}, from line ${from}` };
  };
  for await (const some of lines(bytes.reader, file, maxBytes)) {
    const pieces: Piece[] = [];
    for (const line of some) {
      number++;
      if (isBlank(line)) {
        if (length > 0) pieces.push(take());
        [length, first] = [0, number + 1];
        continue;
      }
      const end = length + line.length + 1;
      if (end > maxBytes) throw tooLong(file, `the paragraph from line ${first}`, maxBytes);
      if (end > paragraph.length) paragraph = grown(paragraph, end);
      paragraph.set(line, length);
      paragraph[end - 1] = NEWLINE;
      length = end;
    }
    yield pieces;
  }
  if (length > 0) yield [take()];
}

function grown(bytes: Uint8Array, atLeast: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(2 * bytes.length, atLeast));
  larger.set(bytes);
  return larger;
}

function tooLong(file: string, what: string, maxBytes: number): SourceError {
  return new SourceError(
    file,
    `Cannot read ${file}: ${what} is longer than ${maxBytes} bytes; take it by lines or paragraphs, or raise maxBytes`,
  );
}
