/**
 * Every byte of a data set, checked.
 * @module
 */
import { isDeepStrictEqual } from "node:util";
import { BlockChecks } from "./_block_check.ts";
import { HashingSource } from "./_hashing_source.ts";
import { pathIn } from "./_path_in.ts";
import { readBlock } from "./_read_block.ts";
import { SplitSummary } from "./_split_summary.ts";
import { ShardError } from "../shard_error.ts";
import type { ByteSource } from "./byte_source.ts";
import { fileBytes } from "./file_bytes.ts";
import type { Manifest, ShardEntry, SplitManifest } from "./manifest.ts";
import { readManifest } from "./read_manifest.ts";

/** Where a data set is read from while it is verified, and who is told. */
export type VerifyOptions = {
  /** Where the bytes of "manifest.json" and the shards come from; unless said, the files in the folder. */
  readonly open?: (file: string) => ByteSource;
  /** Told after every block. */
  readonly onProgress?: (progress: VerifyProgress) => void;
  /** Stops between two blocks. */
  readonly signal?: AbortSignal;
};

/** How far it is. */
export type VerifyProgress = {
  /** File that is read. */
  readonly file: string;
  /** Bytes of shards that were checked. */
  readonly bytes: number;
  /** Of all shards. */
  readonly numBytes: number;
};

/** What was found. */
export type VerifyReport = {
  /** As read. */
  readonly manifest: Manifest;
  /** Bytes of shards that are what was written. */
  readonly bytes: number;
  /** Rows that are what was written. */
  readonly rows: number;
  /** What is not, one a shard or split; none if the data set is whole. */
  readonly problems: readonly ShardError[];
};

/**
 * Checks everything about a data set: that each shard has the length and the SHA-256 that the manifest says, is an Arrow file of its
 * columns and blocks, that labels have classes and text is UTF-8, and that statistics and content hash are those of the rows.
 * @param folder Of the data set.
 * @param options Progress, and another place to read from.
 * @returns What was wrong; each shard is looked at, whatever the others were like.
 * @throws {ShardError} If the manifest is missing, malformed, or contradicts itself.
 * @throws {RangeError} If the folder is a URL, but not of a file, and the options do not say how to read it.
 */
export async function verifyDataset(
  folder: string | URL,
  options: VerifyOptions = {},
): Promise<VerifyReport> {
  const { open = (file) => fileBytes(pathIn(folder, file)) } = options;
  const source = open("manifest.json");
  const manifest = await readManifest(source).finally(() => source.close?.());
  const verifier = new Verifier(manifest, open, options);
  for (const split of Object.keys(manifest.splits)) await verifier.verifySplit(split, source.name);
  const { bytes, rows, problems } = verifier;
  return { manifest, bytes, rows, problems };
}

class Verifier {
  readonly #manifest: Manifest;
  readonly #open: (file: string) => ByteSource;
  readonly #options: VerifyOptions;
  readonly #numBytes: number;
  readonly #memory: Uint8Array<ArrayBuffer>;
  readonly #checks = new BlockChecks(0, "always");
  readonly problems: ShardError[] = [];
  bytes = 0;
  rows = 0;

  constructor(manifest: Manifest, open: (file: string) => ByteSource, options: VerifyOptions) {
    const shards = Object.values(manifest.splits).flatMap(({ shards }) => shards);
    this.#manifest = manifest;
    this.#open = open;
    this.#options = options;
    this.#numBytes = shards.reduce((sum, { bytes }) => sum + bytes, 0);
    this.#memory = new Uint8Array(
      shards.reduce((max, { blocks }) => blocks.reduce((max, [, bytes]) => Math.max(max, bytes), max), 0),
    );
  }

  async verifySplit(name: string, manifestFile: string): Promise<void> {
    const split = this.#manifest.splits[name]!;
    const summary = new SplitSummary(this.#manifest.columns);
    let firstBlock = 0;
    let isWhole = true;
    for (const shard of split.shards) {
      const problem = await this.#verifyShard(shard, firstBlock, summary);
      firstBlock += shard.blocks.length;
      if (problem === undefined) {
        this.bytes += shard.bytes;
        this.rows += shard.rows;
      } else {
        isWhole = false;
        this.problems.push(problem);
      }
    }
    if (isWhole) this.#compare(name, split, summary, manifestFile);
  }

  /** What is wrong with a shard, or nothing; sums up its rows. */
  async #verifyShard(
    shard: ShardEntry,
    firstBlock: number,
    summary: SplitSummary,
  ): Promise<ShardError | undefined> {
    const source = this.#open(shard.file);
    try {
      const hashing = await HashingSource.of(source, shard);
      for (let i = 0; i < shard.blocks.length; i++) {
        this.#options.signal?.throwIfAborted();
        const place = { shard, firstBlock, index: firstBlock + i };
        const { numRows, columns } = await readBlock(
          hashing,
          place,
          this.#manifest,
          this.#checks,
          this.#memory,
        );
        summary.update(numRows, Object.values(columns));
        const bytes = this.bytes + hashing.position;
        this.#options.onProgress?.({ file: shard.file, bytes, numBytes: this.#numBytes });
      }
      await hashing.finish();
      const { checkFacts } = await import("./_check_facts.ts"); // with all of Arrow
      await checkFacts(source, shard, this.#manifest);
      return undefined;
    } catch (error) {
      if (!(error instanceof ShardError)) throw error;
      return error;
    } finally {
      source.close?.();
    }
  }

  #compare(name: string, split: SplitManifest, summary: SplitSummary, manifestFile: string): void {
    const { contentHash, statistics } = summary.result();
    if (contentHash !== split.contentHash) {
      const found = `the rows of split "${name}" have ${contentHash}, the manifest says ${split.contentHash}`;
      this.problems.push(new ShardError(manifestFile, "contentHash", found));
    } else if (!isDeepStrictEqual(statistics, split.statistics)) {
      const column = Object.keys(statistics).find((name) =>
        !isDeepStrictEqual(statistics[name], split.statistics[name])
      )!;
      const found = `column "${column}" of split "${name}" has ${JSON.stringify(statistics[column])}, ` +
        `the manifest says ${JSON.stringify(split.statistics[column])}`;
      this.problems.push(new ShardError(manifestFile, "statistics", found));
    }
  }
}
