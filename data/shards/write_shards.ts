/**
 * A source to Arrow shards and a manifest, as a stream.
 * @module
 */
import type { Source } from "../sources/source.ts";
import { SourceError } from "../source_error.ts";
import { StorageError } from "../storage_error.ts";
import { writeAtomically } from "../write_atomically.ts";
import { ImportLock } from "./_import_lock.ts";
import { type ImportFacts, ImportJournal } from "./_import_journal.ts";
import { sealedJson } from "./_sealed_json.ts";
import type { Compression, Manifest, SplitManifest } from "./manifest.ts";

/** How shards are cut and packed, and who is told. */
export type WriteOptions = {
  /** Of the columns' data, by the Arrow format's own means; "none" unless said: it is read about ten times as fast. */
  readonly compression?: Compression;
  /** About how long a shard shall be: 64 MiB unless said. */
  readonly shardBytes?: number;
  /** Rows that are read and checked together; unless said, a power of two at which blocks have 1 to 2 MiB, by the mean of the first rows. */
  readonly rowsPerBlock?: number;
  /** Whether a data set, or a part of another import, that stands in the folder is to be lost. */
  readonly replace?: boolean;
  /** Told after every block. */
  readonly onProgress?: (progress: WriteProgress) => void;
  /** Stops between two items; what is done stays done. */
  readonly signal?: AbortSignal;
};

/** How far a split is. */
export type WriteProgress = {
  /** Its name. */
  readonly split: string;
  /** Items of the source that were read, dropped ones included. */
  readonly items: number;
  /** How many there are, if the source knows. */
  readonly numItems: number | undefined;
  /** Rows that were written. */
  readonly rows: number;
  /** Bytes of shards that were written. */
  readonly bytes: number;
};

const SHARD_BYTES = 64 * 2 ** 20;

/**
 * Writes a data set as Arrow files (`train-00000.arrow`, …) and `manifest.json`. Rows stream through: no more than a block of them is
 * in memory. Every file appears whole or not at all, and the manifest last. If the import is cut short, at whatever moment, the same
 * call goes on behind the last whole shard and ends with the same bytes as if it had never stopped.
 *
 * @example
 * ```ts
 * import { openDataset, writeShards } from "@lacuna/data/shards";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * await writeShards(folder, {
 *   name: "squares",
 *   source: "this example",
 *   licence: "MIT",
 *   columns: [{ name: "root", kind: "number" }, { name: "square", kind: "number" }],
 *   splits: {
 *     train: {
 *       items: async function* (from) {
 *         for (let root = from; root < 1000; root++) yield { row: { root, square: root ** 2 } };
 *       },
 *     },
 *   },
 * });
 * const { columns } = await (await openDataset(folder)).split("train").readBlock(0);
 * assert.equal(columns["square"]!.values[12], 144);
 * await Deno.remove(folder, { recursive: true });
 * ```
 * @param folder Made if missing.
 * @param source What to write; each split needs at least one row.
 * @param options Sizes, compression, progress.
 * @returns The manifest that was written.
 * @throws {RangeError} If an option is out of range.
 * @throws {SourceError} If a row does not fit its columns, a split has no rows, or the source is not the one that a part of was
 * imported before.
 * @throws {StorageError} If the disk is full, the folder cannot be written, or another data set or import is there.
 * @throws {ShardError} If what a cut import has left was damaged since.
 */
export async function writeShards(
  folder: string,
  source: Source,
  options: WriteOptions = {},
): Promise<Manifest> {
  checkNames(source);
  checkSizes(options);
  const facts = factsOf(source, options);
  await makeFolder(folder);
  using lock = new ImportLock(folder);
  if (options.replace) await removeDataset(folder);
  using journal = await ImportJournal.open(folder, facts);
  const writing = { folder, source, facts, options, journal, flush: () => lock.flush() };
  const { SplitWriter } = await import("./_split_writer.ts"); // with all of Arrow, which who only reads has no use for
  const splits: Record<string, SplitManifest> = {};
  for (const name of Object.keys(source.splits)) splits[name] = await new SplitWriter(name, writing).run();
  const manifest: Manifest = {
    format: 2,
    name: source.name,
    source: source.source,
    licence: source.licence,
    columns: source.columns,
    rowsPerBlock: journal.sizes!.rowsPerBlock,
    compression: facts.compression,
    dropped: journal.dropped(),
    splits,
  };
  writeAtomically(`${folder}/manifest.json`, sealedJson(manifest));
  journal.remove();
  return manifest;
}

function checkNames({ name, source, columns, splits }: Source): void {
  const names = columns.map((column) => column.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new SourceError(source, `${name} has two columns called "${twice}"`);
  if (Object.keys(splits).length === 0) throw new SourceError(source, `${name} has no splits`);
  if (names.length === 0) throw new SourceError(source, `${name} has no columns`);
  const unfit = names.find((name) => name === "" || name === "__proto__"); // no key of an object, as rows are
  if (unfit !== undefined) throw new SourceError(source, `${name} has a column called "${unfit}": rename it`);
  for (const split of Object.keys(splits)) {
    if (/^[\w-]+$/.test(split)) continue;
    throw new SourceError(
      source,
      `${name} has a split called "${split}": use letters, digits, _ and - only`,
    );
  }
}

function checkSizes({ shardBytes = 1, rowsPerBlock = 1 }: WriteOptions): void {
  for (const [name, size] of Object.entries({ shardBytes, rowsPerBlock })) {
    if (Number.isSafeInteger(size) && size >= 1) continue;
    throw new RangeError(`Cannot write shards with ${name} = ${size}: choose an integer of at least 1`);
  }
}

function factsOf(source: Source, options: WriteOptions): ImportFacts {
  const splits = Object.entries(source.splits).map(([name, { numItems }]) =>
    [name, numItems ?? null] as const
  );
  return {
    name: source.name,
    source: source.source,
    licence: source.licence,
    columns: source.columns,
    splits: Object.fromEntries(splits),
    compression: options.compression ?? "none",
    shardBytes: options.shardBytes ?? SHARD_BYTES,
    rowsPerBlock: options.rowsPerBlock ?? null,
  };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new StorageError(folder, error);
  }
}

/** Removes what an import writes, the manifest first: it would vouch for the rest. */
async function removeDataset(folder: string): Promise<void> {
  const names: string[] = [];
  for await (const { name, isFile } of Deno.readDir(folder)) if (isFile) names.push(name);
  const ours = names.filter((name) => /^[\w-]+-\d{5,}\.arrow(\.tmp)?$/.test(name));
  const first = ["manifest.json", "import.jsonl"].filter((name) => names.includes(name));
  for (const name of [...first, ...ours]) await Deno.remove(`${folder}/${name}`);
}
