/**
 * A data set that was written as shards, open to be read by blocks.
 * @module
 */
import { nearestName } from "@lacuna/tensor/nearest-name";
import { pathIn } from "./_path_in.ts";
import { blockMemory } from "./_block_memory.ts";
import { BlockChecks, type Verify } from "./_block_check.ts";
import { readBlock } from "./_read_block.ts";
import type { ByteSource } from "./byte_source.ts";
import type { Column } from "./column.ts";
import { fileBytes } from "./file_bytes.ts";
import type { ColumnStatistics, Manifest } from "./manifest.ts";
import { readManifest } from "./read_manifest.ts";
import type { Rows } from "./rows.ts";

/** How a data set is read. */
export type OpenOptions = {
  /** Where the bytes of a file of the data set, "manifest.json" or a shard, come from; unless said, the file in its folder. */
  readonly open?: (file: string) => ByteSource;
  /**
   * When the bytes of a block are checked: "always" against its SHA-256; "first" (unless said) that way when it is first read, and
   * from then on against its CRC-32, ten times as fast, which notices damage but not malice; or "never".
   */
  readonly verify?: "always" | "first" | "never";
  /** How many shards are kept open at once: 64 unless said. */
  readonly maxOpenShards?: number;
};

/** An open data set. */
export type Dataset = {
  /** Read and checked. */
  readonly manifest: Manifest;
  /**
   * One of its splits.
   * @throws {RangeError} If there is none of that name.
   */
  readonly split: (name: string) => Split;
  /** Closes every shard. */
  readonly close: () => void;
};

/** One split of an open data set. */
export type Split = {
  /** Such as "train". */
  readonly name: string;
  /** Of the data set it belongs to. */
  readonly manifest: Manifest;
  /** Of all blocks. */
  readonly numRows: number;
  /** ⌈numRows / rowsPerBlock⌉. */
  readonly numBlocks: number;
  /** Row r is in block ⌊r / rowsPerBlock⌋. */
  readonly rowsPerBlock: number;
  /** Bytes of the longest block. */
  readonly maxBlockBytes: number;
  /** Bytes of memory to reckon with for a block: as many, or those that it has on average once it is unpacked if they are more. */
  readonly blockMemory: number;
  /** What each row has. */
  readonly columns: readonly Column[];
  /** Hash of what the rows hold. */
  readonly contentHash: string;
  /** By the column's name. */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  /**
   * Reads a block with one ranged read and checks it.
   * @param index 0…numBlocks − 1.
   * @param into Where its bytes may be put, at least `maxBlockBytes`: the rows are then views of it until it is used again. Reading
   * into the same memory is several times faster than into new one each time.
   * @throws {RangeError} If there is no such block.
   * @throws {ShardError} If it is not what was written; it names the file, the block and the check.
   */
  readonly readBlock: (index: number, into?: Uint8Array<ArrayBuffer>) => Promise<Rows>;
  /** Closes its shards; a later read opens them again. */
  readonly close: () => void;
};

/**
 * Opens a data set. Only its manifest is read; a shard is opened when a block of it is first asked for.
 * @param folder Of the data set.
 * @param options Where its bytes come from, if not from there.
 * @throws {ShardError} If the manifest is missing, malformed, or contradicts itself.
 * @throws {RangeError} If the folder is a URL, but not of a file, and the options do not say how to read it.
 */
export async function openDataset(folder: string | URL, options: OpenOptions = {}): Promise<Dataset> {
  const { open = (file) => fileBytes(pathIn(folder, file)), maxOpenShards = 64, verify = "first" } = options;
  const source = open("manifest.json");
  const manifest = await readManifest(source).finally(() => source.close?.());
  const shards = new OpenShards(open, maxOpenShards);
  const splits = new Map(
    Object.keys(manifest.splits).map((name) => [name, openSplit(manifest, name, shards, verify)]),
  );
  return {
    manifest,
    split: (name) => splits.get(name) ?? noSuchSplit(manifest, name),
    close: () => shards.closeAll(),
  };
}

function openSplit(manifest: Manifest, name: string, open: OpenShards, verify: Verify): Split {
  const { columns, rowsPerBlock } = manifest;
  const { rows, contentHash, statistics, shards } = manifest.splits[name]!;
  const numBlocks = Math.ceil(rows / rowsPerBlock);
  const firstBlocks: number[] = []; // of each shard
  let blocks = 0, maxBlockBytes = 0;
  for (const shard of shards) {
    firstBlocks.push(blocks);
    blocks += shard.blocks.length;
    for (const [, bytes] of shard.blocks) maxBlockBytes = Math.max(maxBlockBytes, bytes);
  }
  const checks = new BlockChecks(numBlocks, verify);
  return {
    name,
    manifest,
    numRows: rows,
    numBlocks,
    rowsPerBlock,
    maxBlockBytes,
    blockMemory: Math.max(maxBlockBytes, blockMemory(Math.min(rowsPerBlock, rows), columns, statistics)),
    columns,
    contentHash,
    statistics,
    readBlock: async (index, into) => {
      if (!(Number.isInteger(index) && index >= 0 && index < numBlocks)) {
        throw new RangeError(
          `There is no block ${index} in split "${name}" of ${manifest.name}: choose 0…${numBlocks - 1}`,
        );
      }
      const at = lastNotAbove(firstBlocks, index);
      const place = { shard: shards[at]!, firstBlock: firstBlocks[at]!, index };
      return await readBlock(open.get(place.shard.file), place, manifest, checks, into);
    },
    close: () => shards.forEach(({ file }) => open.close(file)),
  };
}

/** Shards that are open: the most recently used. */
class OpenShards {
  readonly #open: (file: string) => ByteSource;
  readonly #max: number;
  readonly #sources = new Map<string, ByteSource>(); // the longest unused first

  constructor(open: (file: string) => ByteSource, max: number) {
    this.#open = open;
    this.#max = max;
  }

  get(file: string): ByteSource {
    const source = this.#sources.get(file) ?? this.#open(file);
    this.#sources.delete(file);
    this.#sources.set(file, source);
    if (this.#sources.size > this.#max) this.close(this.#sources.keys().next().value!);
    return source;
  }

  close(file: string): void {
    this.#sources.get(file)?.close?.();
    this.#sources.delete(file);
  }

  closeAll(): void {
    for (const file of [...this.#sources.keys()]) this.close(file);
  }
}

/** Index of the last of ascending numbers that is not above x. */
function lastNotAbove(numbers: readonly number[], x: number): number {
  let low = 0, high = numbers.length; // the answer is in low…high − 1
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! <= x) low = middle;
    else high = middle;
  }
  return low;
}

function noSuchSplit({ name, splits }: Manifest, split: string): never {
  const names = Object.keys(splits);
  const nearest = nearestName(split, names);
  throw new RangeError(
    `There is no split "${split}" in ${name}: choose ${names.map((name) => `"${name}"`).join(" or ")}` +
      (nearest === undefined ? "" : ` (did you mean "${nearest}"?)`),
  );
}
