/**
 * What `manifest.json` says about a data set.
 * @module
 */
import type { Column } from "./column.ts";

/** The manifest of a data set: what its shards hold, and how to tell that they are whole. */
export type Manifest = {
  /** Version of the layout of manifest and shards. */
  readonly format: 2;
  /** Of the data set. */
  readonly name: string;
  /** Where it came from. */
  readonly source: string;
  /** Under which terms. */
  readonly licence: string;
  /** What each row has, in the order of the shards' columns. */
  readonly columns: readonly Column[];
  /** Rows of each block of each split, but the last of a split, which may have fewer. */
  readonly rowsPerBlock: number;
  /** Of the shards' column data. */
  readonly compression: Compression;
  /** Items of the source that were left out, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** The rows that were kept, by the name of the split. */
  readonly splits: Readonly<Record<string, SplitManifest>>;
};

/** How the column data of a shard is packed. */
export type Compression = "none" | "zstd";

/** One split. */
export type SplitManifest = {
  /** Rows of all its shards, at least 1. */
  readonly rows: number;
  /**
   * SHA-256 of what the rows hold and of the columns' types, in hexadecimal. It depends on the order of the rows, and not on blocks,
   * shards or compression.
   */
  readonly contentHash: string;
  /** By the column's name. */
  readonly statistics: Readonly<Record<string, ColumnStatistics>>;
  /** In the order of their rows. */
  readonly shards: readonly ShardEntry[];
};

/** One Arrow file. */
export type ShardEntry = {
  /** Name within the data set's folder. */
  readonly file: string;
  /** Rows in it: a multiple of `rowsPerBlock`, unless it is the last of its split. */
  readonly rows: number;
  /** Its length. */
  readonly bytes: number;
  /** Of all its bytes, in hexadecimal. */
  readonly sha256: string;
  /** Its record batches, in order. */
  readonly blocks: readonly BlockEntry[];
};

/** One record batch, metadata and body: the offset of its first byte in the file, how many there are, their SHA-256. */
export type BlockEntry = readonly [offset: number, bytes: number, sha256: string];

/** What the values of one column of one split are like. */
export type ColumnStatistics = PixelStatistics | ClassStatistics | LengthStatistics | NumberStatistics;

/** Of an image column. */
export type PixelStatistics = {
  /** [C], mean of each channel's pixels, scaled to [0, 1]. */
  readonly mean: readonly number[];
  /** [C], their standard deviation (of the population). */
  readonly std: readonly number[];
};

/** Of a label column. */
export type ClassStatistics = {
  /** [numClasses], rows of each class. */
  readonly classCounts: readonly number[];
};

/** Of a column of varying length: bytes of an encoded file or of a text's UTF-8, samples of a waveform, tokens. */
export type LengthStatistics = {
  /** Length of the shortest. */
  readonly minLength: number;
  /** Length of the longest. */
  readonly maxLength: number;
  /** Of all. */
  readonly meanLength: number;
};

/** Of a number column. */
export type NumberStatistics = {
  /** Of all. */
  readonly mean: number;
  /** Standard deviation (of the population). */
  readonly std: number;
  /** The smallest. */
  readonly min: number;
  /** The largest. */
  readonly max: number;
};
