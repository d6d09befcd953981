import { createHash } from "node:crypto";
import { SourceError } from "../source_error.ts";
import type { Source, SourceItem, SplitSource } from "../sources/source.ts";
import { arrowSchema } from "./_arrow_schema.ts";
import { BlockChecks } from "./_block_check.ts";
import { type ImportFacts, type Journal, NOTHING_YET, type SplitProgress } from "./_journal.ts";
import { readBlock } from "./_read_block.ts";
import { RowsBuilder } from "./_rows_builder.ts";
import { ShardFile } from "./_shard_file.ts";
import { isFirstBlock, shardSizes } from "./_shard_sizes.ts";
import { SplitSummary } from "./_split_summary.ts";
import { bytesOf } from "./_storage.ts";
import { fileBytes } from "./file_bytes.ts";
import type { SplitManifest } from "./manifest.ts";
import type { Row } from "./rows.ts";
import type { WriteOptions } from "./write_shards.ts";

/** What the splits of an import have in common. */
export type Writing = {
  readonly folder: string;
  readonly source: Source;
  readonly facts: ImportFacts;
  readonly options: WriteOptions;
  /** Told after every shard. */
  readonly save: (journal: Journal) => void;
};

/** Writes one split, from where the journal says. */
export class SplitWriter {
  readonly #name: string;
  readonly #split: SplitSource;
  readonly #of: Writing;
  readonly #summary: SplitSummary;
  readonly #builder: RowsBuilder;
  readonly #dropped: Record<string, number>;
  #journal: Journal;
  #progress: SplitProgress;
  #items: number;
  #bytes: number;
  #shard: ShardFile | undefined;

  constructor(name: string, journal: Journal, writing: Writing) {
    const { source } = writing;
    this.#name = name;
    this.#split = source.splits[name]!;
    this.#of = writing;
    this.#summary = new SplitSummary(source.columns);
    this.#builder = new RowsBuilder(source.columns);
    this.#journal = journal;
    this.#progress = journal.splits[name] ?? NOTHING_YET;
    this.#dropped = { ...this.#progress.dropped };
    this.#items = this.#progress.items;
    this.#bytes = this.#progress.shards.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Writes what is missing; the journal is as it is when it is done. */
  async run(): Promise<{ readonly manifest: SplitManifest; readonly journal: Journal }> {
    await this.#repeat();
    try {
      if (!this.#progress.done) await this.#goOn();
    } catch (error) {
      this.#shard?.discard();
      throw error;
    }
    const manifest = { ...this.#summary.result(), shards: this.#progress.shards };
    return { manifest, journal: this.#journal };
  }

  /** Sums up the rows of the shards that are done, and checks them as it goes. */
  async #repeat(): Promise<void> {
    const { folder, source: { columns }, facts: { compression } } = this.#of;
    const checks = new BlockChecks(0, "always");
    let index = 0;
    for (const shard of this.#progress.shards) {
      const bytes = fileBytes(`${folder}/${shard.file}`);
      const firstBlock = index;
      for (; index < firstBlock + shard.blocks.length; index++) {
        const facts = { columns, compression, rowsPerBlock: this.#journal.sizes!.rowsPerBlock };
        const rows = await readBlock(bytes, { shard, firstBlock, index }, facts, checks);
        this.#summary.update(rows.numRows, Object.values(rows.columns));
      }
      bytes.close?.();
    }
  }

  async #goOn(): Promise<void> {
    const { last } = this.#progress;
    const from = this.#items - (last === null ? 0 : 1); // the last one again, to see that it is the same
    let expected = last;
    for await (const item of this.#split.items(from)) {
      this.#of.options.signal?.throwIfAborted();
      if (expected !== null) {
        this.#checkSame(item, expected);
        expected = null;
        continue;
      }
      this.#items++;
      if ("dropped" in item) this.#dropped[item.dropped] = (this.#dropped[item.dropped] ?? 0) + 1;
      else this.#append(item.row);
    }
    if (expected !== null) this.#checkSame(undefined, expected);
    this.#end();
  }

  #append(row: Row): void {
    try {
      this.#builder.append(row);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#refuse(`Item ${this.#items - 1} of ${this.#called} does not fit: ${error.message}`, error);
    }
    const { sizes } = this.#journal;
    const { numRows, byteLength } = this.#builder;
    const isFull = sizes === undefined
      ? isFirstBlock(numRows, byteLength, this.#of.facts.rowsPerBlock)
      : numRows === sizes.rowsPerBlock;
    if (!isFull) return;
    this.#writeBlock();
    if (this.#shard!.rows >= this.#journal.sizes!.rowsPerShard) this.#finishShard(row);
  }

  #writeBlock(): void {
    const { numRows, byteLength } = this.#builder;
    const columns = this.#builder.take();
    this.#shard ??= this.#openShard();
    this.#shard.append(numRows, columns);
    this.#summary.update(numRows, columns);
    if (this.#journal.sizes === undefined) {
      const sizes = shardSizes(numRows, byteLength, this.#shard.bytes, this.#of.facts);
      this.#journal = { ...this.#journal, sizes };
    }
    this.#of.options.onProgress?.({
      split: this.#name,
      items: this.#items,
      numItems: this.#split.numItems,
      rows: this.#summary.rows,
      bytes: this.#bytes + this.#shard.bytes,
    });
  }

  #openShard(): ShardFile {
    const { folder, source, facts } = this.#of;
    const number = String(this.#progress.shards.length).padStart(5, "0");
    return new ShardFile(folder, `${this.#name}-${number}.arrow`, arrowSchema(source), facts.compression);
  }

  /** @param last The row that it ends with, or nothing if it is the split's last. */
  #finishShard(last?: Row): void {
    const entry = this.#shard?.finish();
    this.#shard = undefined;
    this.#bytes += entry?.bytes ?? 0;
    this.#progress = {
      items: this.#items,
      dropped: { ...this.#dropped },
      last: last === undefined ? null : hashOf(last),
      shards: entry === undefined ? this.#progress.shards : [...this.#progress.shards, entry],
      done: last === undefined,
    };
    this.#journal = {
      ...this.#journal,
      splits: { ...this.#journal.splits, [this.#name]: this.#progress },
    };
    this.#of.save(this.#journal);
  }

  #end(): void {
    if (this.#builder.numRows > 0) this.#writeBlock();
    if (this.#summary.rows === 0) {
      const reasons = Object.entries(this.#dropped).map(([reason, count]) => `${count} ${reason}`);
      this.#refuse(
        `There are no rows in ${this.#called} (of ${this.#items} items, left out: ${
          reasons.join(", ") || "none"
        })`,
      );
    }
    this.#finishShard();
  }

  #checkSame(item: SourceItem | undefined, expected: string): void {
    if (item !== undefined && "row" in item && hashOf(item.row) === expected) return;
    this.#refuse(
      `The import in ${this.#of.folder} cannot go on: item ${
        this.#items - 1
      } of ${this.#called} is not what it was; ` +
        "import from the source as it was, or anew with `replace`",
    );
  }

  get #called(): string {
    return `split "${this.#name}" of ${this.#of.source.name}`;
  }

  #refuse(message: string, cause?: Error): never {
    throw new SourceError(this.#of.source.source, message, cause === undefined ? {} : { cause });
  }
}

/** SHA-256 of what a row holds. */
function hashOf(row: Row): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(row).sort()) {
    const value = row[name]!;
    const bytes = typeof value === "object" ? bytesOf(value) : JSON.stringify(value);
    hash.update(`${name} ${bytes.length} `).update(bytes);
  }
  return hash.digest("hex");
}
