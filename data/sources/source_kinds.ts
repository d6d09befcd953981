/**
 * The sources by name, as the command line knows them.
 * @module
 */
import { fileKinds } from "./_file_kinds.ts";
import type { AsteriskLanguage } from "./asterisk_source.ts";
import type { Field } from "./field.ts";
import type { Source } from "./source.ts";

/** What may be said about a source; each kind takes some of it. */
export type SourceFlags = {
  /** Of the data set. */
  readonly name?: string;
  /** Terms of what is in it. */
  readonly licence?: string;
  /** Whether folders are classes. */
  readonly labels?: boolean;
  /** Whether files are kept as they are, though they could be decoded. */
  readonly keepEncoded?: boolean;
  /** Of waveforms, in Hz. */
  readonly sampleRate?: number;
  /** Where the words of a sound come from. */
  readonly words?: "none" | "fileName" | "txt" | "csv";
  /** Of recordings. */
  readonly languages?: readonly AsteriskLanguage[];
  /** What the numbers of classes mean. */
  readonly classNames?: readonly string[];
  /** Names of columns to take. */
  readonly columns?: readonly string[];
  /** Columns by name, and the fields that they are taken from. */
  readonly fields?: Readonly<Record<string, Field>>;
  /** Between cells. */
  readonly delimiter?: string;
  /** What a row of text is. */
  readonly per?: "document" | "line" | "paragraph";
  /** Of a sequence, which stands in the place of text. */
  readonly tokens?: number;
  /** Path of the tokenizer.json that makes tokens. */
  readonly tokeniser?: string;
  /** How texts share sequences of tokens. */
  readonly documents?: "split" | "whole" | "single";
};

/** Paths that are given to a source: some, or some for each split. */
export type SourcePaths = readonly string[] | Readonly<Record<string, readonly string[]>>;

/** An option of a source. */
export type SourceOption = {
  /** As it is written, `--sample-rate <hertz>`; in {@linkcode SourceFlags} it has the same name in camelCase. */
  readonly flags: string;
  /** What it does. */
  readonly help: string;
  /** The only values that it may have. */
  readonly choices?: readonly string[];
  /** The value of a text; throws a `RangeError` if it cannot be one. */
  readonly parse?: (text: string, before: unknown) => unknown;
};

/** A kind of source. */
export type SourceKind = {
  /** What it reads, in a few words. */
  readonly reads: string;
  /** What it is given: nothing, one folder or file, or several, which may be for a split ("test=b.tar"). */
  readonly takes: "nothing" | "path" | "paths";
  /** Those that it has beside name and licence. */
  readonly options: readonly SourceOption[];
  /** Looks for what there is; rows are read later. */
  readonly make: (paths: SourcePaths, flags: SourceFlags) => Promise<Source>;
};

const labels: SourceOption = { flags: "--no-labels", help: "folders are not classes" };
const sampleRate: SourceOption = {
  flags: "--sample-rate <hertz>",
  help: "of the waveforms (default: 16000)",
  parse: wholeNumber,
};
const keepSounds: SourceOption = {
  flags: "--keep-encoded",
  help: "keeps the files' own bytes, not waveforms",
};

/** Every kind of source, by the name that `data import` takes. */
export const sourceKinds: Readonly<Record<string, SourceKind>> = {
  "audio": {
    reads: "a folder of WAV and FLAC files; its folders are classes",
    takes: "path",
    options: [sampleRate, keepSounds, labels, {
      flags: "--words <where>",
      help: "text of each sound: the file's name, a .txt beside it, or metadata.csv (default: none)",
      choices: ["none", "fileName", "txt", "csv"],
    }],
    make: async (paths, { words, ...flags }) => {
      const { audioFolderSource } = await import("./audio_folder_source.ts");
      return await audioFolderSource({ path: onlyPath(paths), ...flags, ...(words ? { text: words } : {}) });
    },
  },
  "asterisk": {
    reads: "telephone prompts in five languages, from Debian's asterisk-core-sounds-*-wav",
    takes: "nothing",
    options: [sampleRate, keepSounds, {
      flags: "--languages <names>",
      help: "some of en,es,fr,it,ru, which are the classes (default: en)",
      parse: (text) => text.split(","),
    }],
    make: async (_, flags) => (await import("./asterisk_source.ts")).asteriskSource(flags),
  },
  ...fileKinds,
};

function onlyPath(paths: SourcePaths): string {
  return Object.values(paths).flat()[0]!;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number > 0) return number;
  throw new RangeError("Write a whole number above 0");
}
