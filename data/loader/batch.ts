/**
 * What the loader gives.
 * @module
 */
import type { ArrayValues, DType, Samples } from "./preparation.ts";

/** One array of a batch. */
export type BatchArray = {
  /** Of its elements. */
  readonly dtype: DType;
  /** [n, …]. */
  readonly shape: readonly number[];
  /** End to end, of this batch alone until it is released; where workers made it, in shared memory. */
  readonly values: ArrayValues;
};

/** Some samples, prepared. */
export type Batch = {
  /** By the names that the preparation gave. */
  readonly arrays: Readonly<Record<string, BatchArray>>;
  /** Which samples: set, row, epoch and address of each [n]. */
  readonly samples: Pick<Samples, "count" | "set" | "row" | "epoch" | "address">;
  /** Epoch it belongs to. */
  readonly epoch: number;
  /** Of the batch in its epoch. */
  readonly index: number;
  /** How long the caller waited for it. */
  readonly waitedMs: number;
  /** Says that its arrays are needed no longer: their memory becomes that of a later batch. Who never says so gets new memory for each batch. */
  release(): void;
  /** The same, for `using`. */
  [Symbol.dispose](): void;
};
