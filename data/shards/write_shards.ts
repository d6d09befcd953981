/**
 * A source to Arrow shards and a manifest, as a stream.
 * @module
 */
import { createHash } from "node:crypto";
import { isMissing } from "../_is_missing.ts";
import type { Source, SourceItem, SplitSource } from "../sources/source.ts";
import { SourceError } from "../source_error.ts";
import { StorageError } from "../storage_error.ts";
import { writeAtomically } from "../write_atomically.ts";
import { arrowSchema } from "./_arrow_schema.ts";
import { ImportLock } from "./_import_lock.ts";
import {
  type ImportFacts,
  type Journal,
  journalFile,
  NOTHING_YET,
  readJournal,
  type SplitProgress,
  writeJournal,
} from "./_journal.ts";
import { sealedJson } from "./_sealed_json.ts";
import { BlockChecks } from "./_block_check.ts";
import { readBlock } from "./_read_block.ts";
import { RowsBuilder } from "./_rows_builder.ts";
import { ShardFile } from "./_shard_file.ts";
import { SplitSummary } from "./_split_summary.ts";
import { bytesOf } from "./_storage.ts";
import { fileBytes } from "./file_bytes.ts";
import type { Compression, Manifest, SplitManifest } from "./manifest.ts";
import type { Row } from "./rows.ts";

/** How shards are cut and packed, and who is told. */
export type WriteOptions = {
  /** Of the columns' data, by the Arrow format's own means; "none" unless said: it is read several times faster. */
  readonly compression?: Compression;
  /** About how long a shard shall be: 64 MiB unless said. */
  readonly shardBytes?: number;
  /** Rows that are read and checked together; unless said, a power of two that makes the first block 1 to 2 MiB. */
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
const BLOCK_BYTES = 2 ** 20; // at least, and less than twice as much where all rows are of one size
const MAX_ROWS_PER_BLOCK = 65_536;

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
  const facts = factsOf(source, options);
  await makeFolder(folder);
  using lock = new ImportLock(folder);
  if (options.replace) await removeDataset(folder);
  let journal = await startJournal(folder, facts);
  const splits: Record<string, SplitManifest> = {};
  for (const [name, split] of Object.entries(source.splits)) {
    const writer = new SplitWriter(folder, name, split, source, options, journal);
    splits[name] = await writer.run((changed) => {
      lock.flush(); // a shard that the journal names is there, whatever happens
      writeJournal(folder, journal = changed);
    });
  }
  const manifest: Manifest = {
    format: 2,
    name: source.name,
    source: source.source,
    licence: source.licence,
    columns: source.columns,
    rowsPerBlock: journal.sizes!.rowsPerBlock,
    compression: facts.compression,
    dropped: sumOf(Object.values(journal.splits).map(({ dropped }) => dropped)),
    splits,
  };
  writeAtomically(`${folder}/manifest.json`, sealedJson(manifest));
  await Deno.remove(journalFile(folder));
  return manifest;
}

/** Writes one split, from where the journal says. */
class SplitWriter {
  readonly #folder: string;
  readonly #name: string;
  readonly #split: SplitSource;
  readonly #source: Source;
  readonly #options: WriteOptions;
  readonly #compression: Compression;
  readonly #summary: SplitSummary;
  readonly #builder: RowsBuilder;
  readonly #dropped: Record<string, number>;
  #journal: Journal;
  #progress: SplitProgress;
  #items: number;
  #bytes: number;
  #shard: ShardFile | undefined;

  constructor(
    folder: string,
    name: string,
    split: SplitSource,
    source: Source,
    options: WriteOptions,
    journal: Journal,
  ) {
    this.#folder = folder;
    this.#name = name;
    this.#split = split;
    this.#source = source;
    this.#options = options;
    this.#compression = options.compression ?? "none";
    this.#summary = new SplitSummary(source.columns);
    this.#builder = new RowsBuilder(source.columns);
    this.#journal = journal;
    this.#progress = journal.splits[name] ?? NOTHING_YET;
    this.#dropped = { ...this.#progress.dropped };
    this.#items = this.#progress.items;
    this.#bytes = this.#progress.shards.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  async run(save: (journal: Journal) => void): Promise<SplitManifest> {
    await this.#repeat();
    try {
      if (!this.#progress.done) await this.#goOn(save);
    } catch (error) {
      this.#shard?.discard();
      throw error;
    }
    return { ...this.#summary.result(), shards: this.#progress.shards };
  }

  /** Sums up the rows of the shards that are done, and checks them as it goes. */
  async #repeat(): Promise<void> {
    const checks = new BlockChecks(0, "always");
    let firstBlock = 0;
    for (const shard of this.#progress.shards) {
      const bytes = fileBytes(`${this.#folder}/${shard.file}`);
      const facts = {
        columns: this.#source.columns,
        rowsPerBlock: this.#journal.sizes!.rowsPerBlock,
        compression: this.#compression,
      };
      for (let i = 0; i < shard.blocks.length; i++) {
        const { numRows, columns } = await readBlock(
          bytes,
          { shard, firstBlock, index: firstBlock + i },
          facts,
          checks,
        );
        this.#summary.update(numRows, Object.values(columns));
      }
      firstBlock += shard.blocks.length;
      bytes.close?.();
    }
  }

  async #goOn(save: (journal: Journal) => void): Promise<void> {
    const { last } = this.#progress;
    const from = this.#items - (last === null ? 0 : 1); // the last one again, to see that it is the same
    let expected = last;
    for await (const item of this.#split.items(from)) {
      this.#options.signal?.throwIfAborted();
      if (expected !== null) {
        this.#checkSame(item, expected);
        expected = null;
        continue;
      }
      this.#items++;
      if ("dropped" in item) this.#dropped[item.dropped] = (this.#dropped[item.dropped] ?? 0) + 1;
      else this.#append(item.row, save);
    }
    if (expected !== null) this.#checkSame(undefined, expected);
    this.#end(save);
  }

  #append(row: Row, save: (journal: Journal) => void): void {
    try {
      this.#builder.append(row);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new SourceError(
        this.#source.source,
        `Item ${
          this.#items - 1
        } of split "${this.#name}" of ${this.#source.name} does not fit: ${error.message}`,
        { cause: error },
      );
    }
    const { sizes } = this.#journal;
    const full = sizes === undefined ? this.#isFullBlock() : this.#builder.numRows === sizes.rowsPerBlock;
    if (!full) return;
    this.#writeBlock();
    if (this.#shard!.rows >= this.#journal.sizes!.rowsPerShard) this.#finishShard(row, false, save);
  }

  /** Whether the rows collected so far are to be the first block, which sets the size of all others. */
  #isFullBlock(): boolean {
    const { numRows, byteLength } = this.#builder;
    const { rowsPerBlock } = this.#options;
    if (rowsPerBlock !== undefined) return numRows === rowsPerBlock;
    const isPowerOfTwo = (numRows & (numRows - 1)) === 0;
    return isPowerOfTwo && (byteLength >= BLOCK_BYTES || numRows === MAX_ROWS_PER_BLOCK);
  }

  #writeBlock(): void {
    const { numRows, byteLength } = this.#builder;
    const columns = this.#builder.take();
    this.#shard ??= this.#openShard();
    this.#shard.append(numRows, columns);
    this.#summary.update(numRows, columns);
    if (this.#journal.sizes === undefined) this.#fixSizes(numRows, byteLength);
    this.#options.onProgress?.({
      split: this.#name,
      items: this.#items,
      numItems: this.#split.numItems,
      rows: this.#summary.rows,
      bytes: this.#bytes + this.#shard.bytes,
    });
  }

  /** From the first block, which may be less than a whole one: then it is all that the split has. */
  #fixSizes(numRows: number, byteLength: number): void {
    let rowsPerBlock = this.#options.rowsPerBlock ?? 2 ** Math.ceil(Math.log2(numRows));
    if (this.#options.rowsPerBlock === undefined) {
      while (rowsPerBlock * byteLength < numRows * BLOCK_BYTES && rowsPerBlock < MAX_ROWS_PER_BLOCK) {
        rowsPerBlock *= 2;
      }
    }
    const shardBytes = this.#options.shardBytes ?? SHARD_BYTES;
    const blockBytes = this.#shard!.bytes * rowsPerBlock / numRows;
    const blocksPerShard = Math.max(1, Math.round(shardBytes / blockBytes));
    this.#journal = {
      ...this.#journal,
      sizes: { rowsPerBlock, rowsPerShard: blocksPerShard * rowsPerBlock },
    };
  }

  #openShard(): ShardFile {
    const number = String(this.#progress.shards.length).padStart(5, "0");
    return new ShardFile(
      this.#folder,
      `${this.#name}-${number}.arrow`,
      arrowSchema(this.#source),
      this.#compression,
    );
  }

  #finishShard(last: Row | null, done: boolean, save: (journal: Journal) => void): void {
    const entry = this.#shard?.finish();
    this.#shard = undefined;
    this.#bytes += entry?.bytes ?? 0;
    this.#progress = {
      items: this.#items,
      dropped: { ...this.#dropped },
      last: last === null ? null : hashOf(last),
      shards: entry === undefined ? this.#progress.shards : [...this.#progress.shards, entry],
      done,
    };
    this.#journal = {
      ...this.#journal,
      splits: { ...this.#journal.splits, [this.#name]: this.#progress },
    };
    save(this.#journal);
  }

  #end(save: (journal: Journal) => void): void {
    if (this.#builder.numRows > 0) this.#writeBlock();
    if (this.#summary.rows === 0) {
      const reasons = Object.entries(this.#dropped).map(([reason, count]) => `${count} ${reason}`);
      throw new SourceError(
        this.#source.source,
        `Split "${this.#name}" of ${this.#source.name} has no rows (of ${this.#items} items, left out: ${
          reasons.join(", ") || "none"
        })`,
      );
    }
    this.#finishShard(null, true, save);
  }

  #checkSame(item: SourceItem | undefined, expected: string): void {
    if (item !== undefined && "row" in item && hashOf(item.row) === expected) return;
    throw new SourceError(
      this.#source.source,
      `The import of ${this.#source.name} in ${this.#folder} cannot go on: item ${
        this.#items - 1
      } of split ` +
        `"${this.#name}" is not what it was; import from the source as it was, or anew with \`replace\``,
    );
  }
}

function hashOf(row: Row): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(row).sort()) {
    const value = row[name]!;
    const bytes = typeof value === "object" ? bytesOf(value) : JSON.stringify(value);
    hash.update(`${name} ${bytes.length} `).update(bytes);
  }
  return hash.digest("hex");
}

function checkNames({ name, source, columns, splits }: Source): void {
  const names = columns.map((column) => column.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new SourceError(source, `${name} has two columns called "${twice}"`);
  if (Object.keys(splits).length === 0) throw new SourceError(source, `${name} has no splits`);
  if (names.length === 0) throw new SourceError(source, `${name} has no columns`);
  for (const split of Object.keys(splits)) {
    if (/^[\w-]+$/.test(split)) continue;
    throw new SourceError(
      source,
      `${name} has a split called "${split}": use letters, digits, _ and - only`,
    );
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

/** The journal of the same import, if it has begun; otherwise a new one. */
async function startJournal(folder: string, of: ImportFacts): Promise<Journal> {
  const journal = await readJournal(folder);
  if (journal === undefined) {
    await refuseIfThere(folder);
    const fresh: Journal = { format: 1, of, splits: {} };
    writeJournal(folder, fresh);
    return fresh;
  }
  for (const key of Object.keys(of) as (keyof ImportFacts)[]) {
    const [was, is] = [JSON.stringify(journal.of[key]), JSON.stringify(of[key])];
    if (was === is) continue;
    throw new SourceError(
      of.source,
      `The import of ${journal.of.name} in ${folder} cannot go on: its ${key} was ${was} and is now ${is}; ` +
        `import the same, choose another folder, or begin anew with \`replace\``,
    );
  }
  return journal;
}

async function refuseIfThere(folder: string): Promise<void> {
  const file = `${folder}/manifest.json`;
  const there = await Deno.stat(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  if (there !== undefined) {
    throw new StorageError(file, new Error("a data set stands there, which is lost only with `replace`"));
  }
}

/** Removes what an import writes, the manifest first: it would vouch for the rest. */
async function removeDataset(folder: string): Promise<void> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).filter(({ isFile }) => isFile).map(({ name }) =>
    name
  );
  const ours = names.filter((name) => /^[\w-]+-\d{5,}\.arrow(\.tmp)?$/.test(name));
  const first = ["manifest.json", "import.json"].filter((name) => names.includes(name));
  for (const name of [...first, ...ours]) await Deno.remove(`${folder}/${name}`);
}

function sumOf(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const [reason, count] of counts.flatMap(Object.entries<number>)) {
    sum[reason] = (sum[reason] ?? 0) + count;
  }
  return sum;
}
