/**
 * Folders of sounds.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import type { AudioLimits } from "../audio/audio_limits.ts";
import type { Column } from "../shards/column.ts";
import { SourceError } from "../source_error.ts";
import { type ListedFile, listFolder } from "./_list_files.ts";
import { parseCsv } from "./_parse_csv.ts";
import { readSound, soundColumn } from "./_read_sound.ts";
import { shuffledList } from "./_shuffled_items.ts";
import { classFolders, splitFolders } from "./_split_folders.ts";
import type { ItemOrder } from "./item_order.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** Where the sounds are, and what becomes of them. */
export type AudioFolderOptions = {
  /** Of the folder. */
  readonly path: string;
  /** Of the data set; the folder's own name by default. */
  readonly name?: string;
  /** Terms of the sounds; "unknown" by default. */
  readonly licence?: string;
  /** Of the waveforms, in Hz; 16,000 by default. */
  readonly sampleRate?: number;
  /** Keeps the files' own bytes in the place of waveforms; they are decoded all the same, to see that they can be. */
  readonly keepEncoded?: boolean;
  /** Whether the folder that a sound is in is its class; by default so if there are such folders. */
  readonly labels?: boolean;
  /**
   * Where the words come from: the file's name ("fileName"), a file beside it that ends in .txt ("txt"), or the columns `file_name` and
   * `text` or `transcription` of `metadata.csv` in the split's folder ("csv"). "none" by default.
   */
  readonly text?: "none" | "fileName" | "txt" | "csv";
  /** "shuffled" by default; "sorted" is by path. */
  readonly order?: ItemOrder;
  /** How large a sound may be; larger ones are dropped and counted. */
  readonly limits?: AudioLimits;
};

const soundFile = /\.(wav|wave|flac)$/i;

/**
 * A folder of WAV and FLAC files, at any depth, as a data set: the columns are `audio`, then `label` if the folders are classes and
 * `text` if there are words. All channels are mixed to one, at one sample rate. If the folder holds nothing but folders of the names
 * train, val, valid, validation, dev and test, these are its splits; otherwise all is in "train". The order is always the same, and mixes the classes:
 * {@linkcode ItemOrder}. Links are followed to files within the folder only.
 * @param options Where and how.
 * @throws {SourceError} If there is no such folder, no sound in it, or a `metadata.csv` that is asked for is not there or malformed.
 *
 * @example
 * ```ts
 * import { audioFolderSource } from "@lacuna/data/sources";
 *
 * const source = await audioFolderSource({ path: "commands", text: "fileName" }).catch((error) => console.log(error.message));
 * for await (const item of source?.splits.train?.items(0) ?? []) console.log("row" in item ? item.row.text : item.detail);
 * ```
 */
export async function audioFolderSource(options: AudioFolderOptions): Promise<Source> {
  const { path, name = path.replace(/\/+$/, "").split("/").at(-1)!, licence = "unknown" } = options;
  const roots = await splitFolders(path, "WAV or FLAC files");
  const classNames = options.labels === false ? [] : await classFolders(Object.values(roots));
  if (options.labels && classNames.length === 0) {
    throw new SourceError(path, `${path} has no folders to be classes: leave out \`labels\``);
  }
  const columns: Column[] = [soundColumn(options)];
  if (classNames.length > 0) columns.push({ name: "label", kind: "label", classNames });
  if ((options.text ?? "none") !== "none") columns.push({ name: "text", kind: "text" });
  const splits: Record<string, SplitSource> = {};
  for (const [split, root] of Object.entries(roots)) {
    const textOf = await makeTextOf(root, options.text ?? "none");
    const numItems = await countSounds(root);
    const list = () => listSounds(root);
    const files = options.order === "sorted" ? list : () => shuffledList(list, numItems, ({ path }) => path);
    splits[split] = {
      numItems,
      items: (from) => readItems(files(), root, from, { options, classNames, textOf }),
    };
  }
  return { name, source: path, licence, columns, splits };
}

async function* listSounds(root: string): AsyncGenerator<ListedFile> {
  for await (const file of listFolder(root)) if (soundFile.test(file.path)) yield file;
}

async function countSounds(root: string): Promise<number> {
  let count = 0;
  for await (const _ of listSounds(root)) count++;
  if (count === 0) {
    throw new SourceError(root, `${root} has no file that ends in .wav or .flac: name a folder that has`);
  }
  return count;
}

/** What a sound's words are, by its path within the split; undefined if it has none. */
type TextOf = (path: string) => Promise<string | undefined>;

async function makeTextOf(root: string, from: NonNullable<AudioFolderOptions["text"]>): Promise<TextOf> {
  if (from === "csv") {
    const table = await readTable(`${root}/metadata.csv`);
    return (path) => Promise.resolve(table.get(path));
  }
  if (from === "txt") return (path) => readTextBeside(`${root}/${path.replace(soundFile, ".txt")}`);
  return (path) => Promise.resolve(wordsOfName(path));
}

/** "digits/twenty-one.wav" → "twenty one". */
function wordsOfName(path: string): string {
  return path.split("/").at(-1)!.replace(soundFile, "").replaceAll(/[-_]+/g, " ").trim();
}

async function readTextBeside(path: string): Promise<string | undefined> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The words of every file that `metadata.csv` names. */
async function readTable(path: string): Promise<Map<string, string>> {
  const refuse = (found: string, cause?: unknown): never => {
    throw new SourceError(path, `${path} ${found}`, { cause });
  };
  const text = await Deno.readTextFile(path).catch((error) =>
    refuse("cannot be read: choose another `text`", error)
  );
  let rows: string[][] = [];
  try {
    rows = parseCsv(text);
  } catch (error) {
    refuse(`is no table: ${(error as Error).message}`, error);
  }
  const header = rows[0] ?? [];
  const [file, words] = [
    header.indexOf("file_name"),
    header.findIndex((h) => h === "text" || h === "transcription"),
  ];
  if (file < 0 || words < 0) {
    refuse(`has the columns ${header.join(", ")}: it needs file_name, and text or transcription`);
  }
  const table = new Map<string, string>();
  for (const [i, row] of rows.entries()) {
    if (i === 0) continue;
    if (row.length !== header.length) {
      refuse(`has ${row.length} fields in row ${i} instead of ${header.length}`);
    }
    table.set(row[file]!, row[words]!);
  }
  return table;
}

type ReadingOptions = {
  readonly options: AudioFolderOptions;
  readonly classNames: readonly string[];
  readonly textOf: TextOf;
};

async function* readItems(
  files: AsyncIterable<ListedFile>,
  root: string,
  from: number,
  reading: ReadingOptions,
): AsyncGenerator<SourceItem> {
  let index = 0;
  for await (const file of files) {
    if (index++ >= from) yield await readItem(root, file, reading);
  }
}

async function readItem(root: string, file: ListedFile, reading: ReadingOptions): Promise<SourceItem> {
  const { path, className, problem } = file;
  const { options, classNames, textOf } = reading;
  const detail = `${root}/${path}`;
  if (problem !== undefined) return { dropped: problem, detail };
  const label = className === undefined ? -1 : classNames.indexOf(className);
  if (classNames.length > 0 && label < 0) return { dropped: "is in no class's folder", detail };
  const hasText = (options.text ?? "none") !== "none";
  const text = hasText ? await textOf(path) : undefined;
  if (hasText && text === undefined) return { dropped: "has no words", detail };
  const sound = await readSound(detail, options);
  if ("dropped" in sound) return sound;
  return {
    row: {
      audio: sound.audio,
      ...(classNames.length > 0 ? { label } : {}),
      ...(text !== undefined ? { text } : {}),
    },
  };
}
