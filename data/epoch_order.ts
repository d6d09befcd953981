/**
 * The order in which an epoch visits the samples.
 * @module
 */
import { permutation, stream } from "@lacuna/random";

/** Which epoch of which run. */
export type EpochAddress = {
  /** Of the run, uint32. */
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
};

/**
 * The order in which an epoch visits its samples: a permutation of 0…size − 1, the same wherever it is asked for.
 *
 * @example
 * ```ts
 * import { epochOrder } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const order = epochOrder(1000, { seed: 0, epoch: 3 });
 * const batchSize = 256, step = 2;
 * const batch = order.subarray(step * batchSize, (step + 1) * batchSize);
 * assert.equal(batch.length, 256);
 * ```
 * @param size Number of samples, ≥ 1.
 * @param address Seed and epoch.
 */
export function epochOrder(size: number, { seed, epoch }: EpochAddress): Int32Array {
  return permutation(size, stream({ seed, name: "epoch order", epoch }));
}
