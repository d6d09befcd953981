import { createHash } from "node:crypto";
import { SourceError } from "../source_error.ts";
import type { Source, SourceItem, SplitSource } from "../sources/source.ts";
import { arrowSchema } from "./_arrow_schema.ts";
import { BlockChecks } from "./_block_check.ts";
import { HashingSource } from "./_hashing_source.ts";
import type { ImportFacts, ImportJournal, ShardSizes } from "./_import_journal.ts";
import { readBlock } from "./_read_block.ts";
import { RowsBuilder } from "./_rows_builder.ts";
import { ShardFile } from "./_shard_file.ts";
import { FirstRows, shardSizes } from "./_shard_sizes.ts";
import { SplitSummary } from "./_split_summary.ts";
import { bytesOf } from "./_storage.ts";
import { fileBytes } from "./file_bytes.ts";
import type { ShardEntry, SplitManifest } from "./manifest.ts";
import type { Row } from "./rows.ts";
import type { WriteOptions } from "./write_shards.ts";

/** What the splits of an import have in common. */
export type Writing = {
  readonly folder: string;
  readonly source: Source;
  readonly facts: ImportFacts;
  readonly options: WriteOptions;
  readonly journal: ImportJournal;
  /** Waits until the disk has the names of the folder's files. */
  readonly flush: () => void;
};

/** Writes one split, from where the journal says. */
export class SplitWriter {
  readonly #name: string;
  readonly #split: SplitSource;
  readonly #of: Writing;
  readonly #summary: SplitSummary;
  readonly #builder: RowsBuilder;
  readonly #first: FirstRows;
  #dropped: Record<string, number>;
  readonly #shards: ShardEntry[];
  #sizes: ShardSizes | undefined;
  #rowsPerBlock: number | undefined; // until enough rows have shown how many are best
  #items: number;
  #bytes: number;
  #shard: ShardFile | undefined;

  constructor(name: string, writing: Writing) {
    const { source, journal } = writing;
    const steps = journal.steps(name);
    this.#name = name;
    this.#split = source.splits[name]!;
    this.#of = writing;
    this.#summary = new SplitSummary(source.columns);
    this.#builder = new RowsBuilder(source.columns);
    this.#first = new FirstRows(source.columns);
    this.#dropped = { ...steps.at(-1)?.dropped };
    this.#shards = steps.flatMap(({ shard }) => shard ?? []);
    this.#sizes = journal.sizes;
    this.#rowsPerBlock = journal.sizes?.rowsPerBlock ?? writing.facts.rowsPerBlock ?? undefined;
    this.#items = steps.at(-1)?.items ?? 0;
    this.#bytes = this.#shards.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Writes what is missing. */
  async run(): Promise<SplitManifest> {
    await this.#repeat();
    const last = this.#of.journal.steps(this.#name).at(-1);
    try {
      if (!last?.done) await this.#goOn(last?.last ?? null);
    } catch (error) {
      this.#shard?.discard();
      throw error;
    }
    return { ...this.#summary.result(), shards: this.#shards };
  }

  /** Sums up the rows of the shards that are done, and checks every byte of them. */
  async #repeat(): Promise<void> {
    const { folder, source: { columns }, facts: { compression } } = this.#of;
    const checks = new BlockChecks(0, "always");
    let index = 0;
    for (const shard of this.#shards) {
      const file = fileBytes(`${folder}/${shard.file}`);
      try {
        const bytes = await HashingSource.of(file, shard);
        const firstBlock = index;
        for (; index < firstBlock + shard.blocks.length; index++) {
          const facts = { columns, compression, rowsPerBlock: this.#sizes!.rowsPerBlock };
          const rows = await readBlock(bytes, { shard, firstBlock, index }, facts, checks);
          this.#summary.update(rows.numRows, Object.values(rows.columns));
        }
        await bytes.finish();
      } finally {
        file.close?.();
      }
    }
  }

  /** @param last SHA-256 of the last item that was taken, if any was. */
  async #goOn(last: string | null): Promise<void> {
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
      else this.#take(item.row);
    }
    if (expected !== null) this.#checkSame(undefined, expected);
    this.#end();
  }

  #take(row: Row): void {
    if (this.#rowsPerBlock !== undefined) return this.#append(row);
    this.#first.add({ row, items: this.#items, dropped: { ...this.#dropped } });
    if (this.#first.areEnough) this.#appendFirst();
  }

  /** Appends the rows that wait, each as if it came now. */
  #appendFirst(): void {
    this.#rowsPerBlock ??= this.#first.rowsPerBlock;
    const [items, dropped] = [this.#items, this.#dropped];
    for (const waiting of this.#first.take()) {
      this.#items = waiting.items;
      this.#dropped = { ...waiting.dropped };
      this.#append(waiting.row);
    }
    [this.#items, this.#dropped] = [items, dropped];
  }

  #append(row: Row): void {
    try {
      this.#builder.append(row);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#refuse(`Item ${this.#items - 1} of ${this.#called} does not fit: ${error.message}`, error);
    }
    if (this.#builder.numRows < this.#rowsPerBlock!) return;
    this.#writeBlock();
    if (this.#shard!.rows >= this.#sizes!.rowsPerShard) this.#finishShard(row);
  }

  #writeBlock(): void {
    const { numRows } = this.#builder;
    const columns = this.#builder.take();
    this.#shard ??= this.#openShard();
    this.#shard.append(numRows, columns);
    this.#summary.update(numRows, columns);
    this.#sizes ??= shardSizes(
      numRows,
      this.#shard.bytes,
      this.#rowsPerBlock!,
      this.#of.facts.shardBytes,
    );
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
    const number = String(this.#shards.length).padStart(5, "0");
    return new ShardFile(folder, `${this.#name}-${number}.arrow`, arrowSchema(source), facts.compression);
  }

  /** @param last The row that it ends with, or nothing if it is the split's last. */
  #finishShard(last?: Row): void {
    const shard = this.#shard?.finish() ?? null;
    this.#shard = undefined;
    if (shard !== null) {
      this.#shards.push(shard);
      this.#bytes += shard.bytes;
      this.#of.flush(); // what the journal names is there, whatever happens
    }
    this.#of.journal.add({
      split: this.#name,
      sizes: this.#sizes!,
      items: this.#items,
      dropped: { ...this.#dropped },
      last: last === undefined ? null : hashOf(last),
      shard,
      done: last === undefined,
    });
  }

  #end(): void {
    this.#appendFirst();
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
