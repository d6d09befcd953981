/**
 * Which positions of an order make which batch of which rank.
 * @module
 */
import { checkRange } from "./_check_range.ts";

/** How an epoch is cut into batches, and these among ranks. */
export type BatchLayout = {
  /** N, positions in an epoch. */
  readonly numSamples: number;
  /** B, samples in a batch of one rank, ≥ 1. */
  readonly batchSize: number;
  /** R, processes that share each batch, ≥ 1; 1 if left out. */
  readonly numRanks?: number;
  /** Which of them this is, 0…R − 1; 0 if left out. */
  readonly rank?: number;
  /** Whether a last batch of less than B · R samples is left out rather than shared; false if left out. */
  readonly dropLast?: boolean;
};

/** Neighbouring positions. */
export type Span = {
  /** The first. */
  readonly from: number;
  /** How many. */
  readonly count: number;
};

/**
 * Number of batches in an epoch, the same for every rank.
 * @throws {RangeError} If a number of the layout is not in its range.
 */
export function countBatches(layout: BatchLayout): number {
  const { numSamples, batchSize, numRanks = 1, rank = 0, dropLast = false } = layout;
  checkRange("Number of samples", numSamples, 0, 2 ** 52);
  checkRange("Batch size", batchSize, 1, 2 ** 31);
  checkRange("Number of ranks", numRanks, 1, 2 ** 20);
  checkRange("Rank", rank, 0, numRanks - 1);
  const whole = numSamples / (batchSize * numRanks);
  return dropLast ? Math.floor(whole) : Math.ceil(whole);
}

/**
 * The positions of one batch of one rank. Batch g of all ranks together is g · B · R … (g + 1) · B · R − 1, and rank r has the r-th
 * part of it: the batches of R ranks, joined in their order, are those of one rank with batches of B · R samples. Of a shorter last batch each rank
 * gets an equal part, to within one sample; with less than R samples left, some ranks get none.
 *
 * @example Ten samples, two ranks, batches of three
 * ```ts
 * import { batchSpan } from "@lacuna/data/loader";
 * import assert from "node:assert/strict";
 *
 * const layout = { numSamples: 10, batchSize: 3, numRanks: 2 };
 * assert.deepEqual(batchSpan({ ...layout, rank: 1 }, 0), { from: 3, count: 3 });
 * assert.deepEqual(batchSpan({ ...layout, rank: 1 }, 1), { from: 8, count: 2 }); // of 6…9
 * ```
 * @param layout Of the epoch.
 * @param index g, of the batch in its epoch.
 * @throws {RangeError} If the index or a number of the layout is not in its range.
 */
export function batchSpan(layout: BatchLayout, index: number): Span {
  const { numSamples, batchSize, numRanks = 1, rank = 0 } = layout;
  checkRange("Index of the batch", index, 0, countBatches(layout) - 1);
  const start = index * batchSize * numRanks;
  const count = Math.min(batchSize * numRanks, numSamples - start);
  const from = Math.floor(count * rank / numRanks), end = Math.floor(count * (rank + 1) / numRanks);
  return { from: start + from, count: end - from };
}
