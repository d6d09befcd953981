/**
 * The manifest of a data set: what its shards hold, and how to tell that they are whole.
 * @module
 */
import * as v from "valibot";
import { isMissing } from "./_is_missing.ts";
import { ShardError } from "./shard_error.ts";

/** One Arrow file. */
export type ShardEntry = {
  /** Name within the data set's folder. */
  readonly file: string;
  /** Images in it. */
  readonly rows: number;
  /** Its length. */
  readonly bytes: number;
  /** Of its bytes, in hexadecimal. */
  readonly sha256: string;
};

/** One split. */
export type SplitManifest = {
  /** Images in all its shards. */
  readonly rows: number;
  /** [numClasses], images of each class. */
  readonly classCounts: readonly number[];
  /** SHA-256 of the images and then the labels, one byte each; it does not depend on the file format. */
  readonly contentHash: string;
  /** In the order of their rows. */
  readonly shards: readonly ShardEntry[];
};

/** What `manifest.json` says about a data set. */
export type Manifest = {
  /** Version of the layout of manifest and shards. */
  readonly format: 1;
  /** Of the data set. */
  readonly name: string;
  /** Where the images came from. */
  readonly source: string;
  /** Under which terms. */
  readonly licence: string;
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C. */
  readonly channels: number;
  /** What each label means. */
  readonly classNames: readonly string[];
  /** [C], mean of the training split's pixels in [0, 1]. */
  readonly mean: readonly number[];
  /** [C], their standard deviation. */
  readonly std: readonly number[];
  /** Rows of the source that were left out. */
  readonly dropped: { readonly malformed: number; readonly duplicates: number };
  /** The rows that were kept. */
  readonly splits: { readonly train: SplitManifest; readonly test: SplitManifest };
};

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const size = v.pipe(v.number(), v.integer(), v.minValue(1));
const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const shard = v.strictObject({
  file: v.pipe(v.string(), v.regex(/^[\w-]+\.arrow$/)), // a plain name: never a path out of the folder
  rows: size,
  bytes: size,
  sha256: hash,
});
const split = v.strictObject({
  rows: size,
  classCounts: v.array(count),
  contentHash: hash,
  shards: v.array(shard),
});
const manifest = v.pipe(
  v.strictObject({
    format: v.literal(1),
    name: v.string(),
    source: v.string(),
    licence: v.string(),
    height: size,
    width: size,
    channels: size,
    classNames: v.array(v.string()),
    mean: v.array(v.number()),
    std: v.array(v.pipe(v.number(), v.gtValue(0))),
    dropped: v.strictObject({ malformed: count, duplicates: count }),
    splits: v.strictObject({ train: split, test: split }),
  }),
  v.check(
    (m) => m.mean.length === m.channels && m.std.length === m.channels,
    "mean and std need one value a channel",
  ),
  v.check(
    (m) => Object.values(m.splits).every((s) => s.rows === s.shards.reduce((sum, { rows }) => sum + rows, 0)),
    "the rows of a split are not the sum of its shards' rows",
  ),
);

/**
 * Reads `manifest.json` of a data set and checks its form; the shards are not looked at.
 * @param folder Of the data set.
 * @throws {ShardError} If there is none ("exists") or it is not of this form ("manifest").
 */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = `${folder}/manifest.json`;
  const text = await Deno.readTextFile(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
    throw new ShardError(file, "exists", "there is no such file");
  });
  const result = v.safeParse(manifest, parseJson(text, file));
  if (!result.success) {
    const issue = result.issues[0];
    throw new ShardError(file, "manifest", `${v.getDotPath(issue) ?? "the whole"}: ${issue.message}`);
  }
  return result.output;
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ShardError(file, "manifest", (error as SyntaxError).message);
  }
}
