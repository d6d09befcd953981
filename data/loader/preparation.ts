/**
 * How rows become the arrays of a batch.
 * @module
 */
import type { Column } from "../shards/column.ts";
import type { Rows } from "../shards/rows.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [key: string]: Json | undefined;
};

/** A module that prepares batches, by its address, so that a worker can import it. */
export type Preparation = {
  /** Its URL, such as `import.meta.resolve("./my_preparation.ts")`; it exports `createPreparer`, a `CreatePreparer`. */
  readonly module: string;
  /** For it. */
  readonly options?: Json;
};

/** What a preparation's module exports as `createPreparer`. */
export type CreatePreparer = (options: Json, context: PreparationContext) => Preparer | Promise<Preparer>;

/** What a preparer may know of the loader it works for. */
export type PreparationContext = {
  /** Of the run, for random draws. */
  readonly seed: number;
  /** B, most samples of a batch. */
  readonly batchSize: number;
  /** [S] columns of each set. */
  readonly columns: readonly (readonly Column[])[];
};

/** Turns samples into arrays; the same samples always into the same bytes. */
export type Preparer<Item = unknown> = {
  /** What a batch has, by name. */
  readonly arrays: Readonly<Record<string, ArraySpec>>;
  /**
   * What one sample gives, before the batch is made of all of them: this is where to decode. If it throws, the sample is bad, and the loader stops or
   * puts another in its place.
   */
  read?(sample: Sample): Item | Promise<Item>;
  /**
   * Writes a batch.
   * @param batch Its samples, and what `read()` gave for each.
   * @param out The values of each array, [n, …shape]. They hold what was there before: write all of them.
   * @returns Nothing, or for some arrays a smaller shape than the one that was told, [n, …]: its values stand at the beginning of the array.
   */
  prepare(
    batch: PreparationBatch<Item>,
    out: Readonly<Record<string, ArrayValues>>,
  ): PreparedShapes | void | Promise<PreparedShapes | void>;
};

/** Shapes with the batch's dimension, by array. */
export type PreparedShapes = Readonly<Record<string, readonly number[]>>;

/** What the elements of an array are. */
export type DType = "uint8" | "int32" | "float32";

/** One array of a batch. */
export type ArraySpec = {
  /** Of its elements. */
  readonly dtype: DType;
  /** Of one sample: the batch has [n, …shape]. */
  readonly shape: readonly number[];
};

/** Values of an array, end to end. */
export type ArrayValues = Uint8Array | Int32Array | Float32Array;

/** One sample: where it stands, and its row. */
export type Sample = {
  /** Of the loader's sets: 0 unless they are a mixture. */
  readonly set: number;
  /** Of its split. */
  readonly row: number;
  /** How often its set has been gone through before: with one set, the epoch. Random draws take it as their epoch. */
  readonly epoch: number;
  /** Its number among the rows of all sets, modulo 2³². Random draws take it as their sample. */
  readonly address: number;
  /** The block that has it. */
  readonly rows: Rows;
  /** Of the row in its block. */
  readonly index: number;
};

/** The samples of a batch, in order. */
export type Samples = {
  /** n. */
  readonly count: number;
  /** Blocks that have them; their memory may be shared between threads. */
  readonly blocks: readonly Rows[];
  /** [n] which of the blocks. */
  readonly blockOf: Int32Array;
  /** [n] index of the row in its block. */
  readonly indexIn: Int32Array;
  /** [n] as in `Sample`. */
  readonly set: Int32Array;
  /** [n] as in `Sample`. */
  readonly row: Float64Array;
  /** [n] as in `Sample`. */
  readonly epoch: Float64Array;
  /** [n] as in `Sample`. */
  readonly address: Float64Array;
};

/** What a batch is made of. */
export type PreparationBatch<Item = unknown> = {
  /** In order. */
  readonly samples: Samples;
  /** [n] what `read()` gave; empty if there is no `read()`. */
  readonly items: readonly Item[];
};
