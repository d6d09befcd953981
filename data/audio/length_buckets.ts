/**
 * Batches of samples that are about equally long.
 * @module
 */
import { permutation, stream } from "@lacuna/random";

/** How large batches are, and which epoch they are of. */
export type LengthBucketOptions = {
  /** Of the run, a 32-bit integer. */
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** Most samples in a batch, ≥ 1. */
  readonly batchSize: number;
  /** Largest padded batch, as its number of samples times the longest one's length; no limit by default. One sample alone may exceed it. */
  readonly maxPadded?: number;
  /** How many batches' worth of samples are sorted together, ≥ 1; 64 by default. More: less padding. Fewer: more random company. */
  readonly poolBatches?: number;
  /** Ranks that take turns; batches i · numRanks … (i + 1) · numRanks − 1 are about equally long. 1 by default. */
  readonly numRanks?: number;
};

/** The batches of an epoch. */
export type LengthBuckets = {
  /** Indices of the samples of each; together they are 0…n − 1, each once. */
  readonly batches: readonly Int32Array[];
  /** Share of the padded batches that is padding, in [0, 1). */
  readonly padding: number;
};

/**
 * Puts samples of like lengths into the same batches, as a pure function of lengths, seed and epoch: the samples are shuffled and cut into
 * pools, each pool is sorted by length and cut into batches, and the batches are shuffled. Rank r of R takes the batches r, r + R,
 * r + 2R, …: every sample comes once, and ranks differ by at most one batch.
 * @param lengths [n] of the samples, each ≥ 0.
 * @param options Sizes and address.
 * @throws {RangeError} If a size is not a positive integer.
 *
 * @example
 * ```ts
 * import { lengthBuckets } from "@lacuna/data/audio";
 * import assert from "node:assert/strict";
 *
 * const lengths = Int32Array.from({ length: 1000 }, (_, i) => 1000 + (i * 7919) % 15000); // 1000…16000
 * const { batches, padding } = lengthBuckets(lengths, { seed: 0, epoch: 0, batchSize: 16 });
 * assert.equal(batches.length, 63);
 * assert.ok(padding < 0.02);
 * ```
 */
export function lengthBuckets(lengths: ArrayLike<number>, options: LengthBucketOptions): LengthBuckets {
  const { seed, epoch, batchSize, maxPadded = Infinity, poolBatches = 64, numRanks = 1 } = options;
  for (const [name, value] of Object.entries({ batchSize, poolBatches, numRanks })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new RangeError(`${name} is ${value}: give a positive integer`);
    }
  }
  const order = permutation(lengths.length, stream({ seed, name: "length buckets", epoch }));
  const poolSize = batchSize * poolBatches;
  const sorted: Int32Array[] = [];
  for (let start = 0; start < order.length; start += poolSize) {
    const pool = order.slice(start, start + poolSize).sort((a, b) => lengths[a]! - lengths[b]! || a - b);
    sorted.push(...cut(pool, lengths, batchSize, maxPadded));
  }
  return {
    batches: shuffleInGroups(sorted, numRanks, { seed, epoch }),
    padding: paddingShare(sorted, lengths),
  };
}

/** Cuts a pool, shortest first, into batches that keep to both limits. */
function cut(
  pool: Int32Array,
  lengths: ArrayLike<number>,
  batchSize: number,
  maxPadded: number,
): Int32Array[] {
  const batches: Int32Array[] = [];
  let start = 0;
  for (let end = 1; end <= pool.length; end++) {
    const size = end - start;
    const isFull = end === pool.length || size === batchSize || (size + 1) * lengths[pool[end]!]! > maxPadded;
    if (!isFull) continue;
    batches.push(pool.subarray(start, end));
    start = end;
  }
  return batches;
}

/** Shuffles neighbours together; a last group of fewer than `groupSize` stays last, so that ranks take turns evenly. */
function shuffleInGroups(
  batches: readonly Int32Array[],
  groupSize: number,
  { seed, epoch }: { readonly seed: number; readonly epoch: number },
): Int32Array[] {
  const numWhole = Math.floor(batches.length / groupSize);
  const order = permutation(numWhole, stream({ seed, name: "length buckets' batches", epoch }));
  const shuffled = Array.from(order, (group) => batches.slice(group * groupSize, (group + 1) * groupSize))
    .flat();
  return [...shuffled, ...batches.slice(numWhole * groupSize)];
}

function paddingShare(batches: readonly Int32Array[], lengths: ArrayLike<number>): number {
  let [padded, real] = [0, 0];
  for (const batch of batches) {
    padded += batch.length * batch.reduce((longest, i) => Math.max(longest, lengths[i]!), 0);
    real += batch.reduce((sum, i) => sum + lengths[i]!, 0);
  }
  return padded === 0 ? 0 : 1 - real / padded;
}
