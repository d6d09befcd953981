/**
 * What the loader needs of a split.
 * @module
 */
import type { Column } from "../shards/column.ts";
import type { Rows } from "../shards/rows.ts";

/** Rows that are read in blocks: a split of a data set, or anything else that can give them. */
export type SplitReader = {
  /** For messages. */
  readonly name: string;
  /** N. */
  readonly numRows: number;
  /** K: row r is in block ⌊r / K⌋; the last block has what is left. */
  readonly rowsPerBlock: number;
  /** What each row has. */
  readonly columns: readonly Column[];
  /** Differs if the rows differ. */
  readonly contentHash: string;
  /** Most bytes that a block is read from, if it can be read into memory that is used again. */
  readonly maxBlockBytes?: number;
  /** Bytes of memory that a block takes, about; as many as it is read from if left out. */
  readonly blockMemory?: number;
  /**
   * The rows of one block, checked; the same ones whenever it is asked for.
   * @param block Its index.
   * @param into Memory of at least `maxBlockBytes` that the rows may lie in, until it is used for another block.
   */
  readBlock(block: number, into?: Uint8Array<ArrayBuffer>): Promise<Rows>;
};

/** Splits that are mixed. */
export type Mixture = {
  /** What to take, and how much of it in proportion to the others. */
  readonly sets: readonly { readonly split: SplitReader; readonly weight: number }[];
  /** L, samples after which the proportions are exact; 1,000 if left out. */
  readonly roundLength?: number;
  /** Samples that make an epoch; as many as the sets of a weight above 0 have rows if left out. */
  readonly samplesPerEpoch?: number;
};
