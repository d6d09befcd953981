import { createHash } from "node:crypto";
import { checkRange } from "./_check_range.ts";
import { blockOrder } from "./block_order.ts";
import { lengthOrder } from "./length_order.ts";
import { type MixtureOrder, mixtureOrder } from "./mixture_order.ts";
import type { SampleOrder } from "./sample_order.ts";
import type { Mixture, SplitReader } from "./split_reader.ts";

/** Where some samples of a sequence are: [n] each. */
export type Located = {
  readonly set: Int32Array;
  readonly row: Float64Array;
  /** How often the set was gone through before. */
  readonly epoch: Float64Array;
};

/** How the rows of a set are shuffled; without a width, in windows of 96 MiB of all sets together. */
export type Shuffle = { readonly windowBlocks?: number } | false;

/** How far ahead of their use blocks are best read. */
export type ReadAhead = {
  /** Half a window: the blocks of the next one are read while those of this one are used. */
  readonly samples: number;
  /** Most blocks that so many neighbouring samples come from. */
  readonly blocksOf: (samples: number) => number;
};

/** What is put together by length: see `lengthOrder()`. */
export type Buckets = {
  readonly lengths: ArrayLike<number>;
  readonly groupSize: number;
  readonly poolGroups?: number;
};

/** The samples of all epochs, as a function of epoch and position. */
export type Sequence = {
  /** Samples in an epoch. */
  readonly size: number;
  readonly splits: readonly SplitReader[];
  readonly readAhead: ReadAhead;
  /** Where the samples of neighbouring positions of an epoch are. */
  locate(epoch: number, from: number, count: number): Located;
  /** SHA-256 in hexadecimal of what decides an epoch's order, and of some of it. */
  hash(epoch: number): string;
};

/** The sequence of one split or of a mixture. */
export function makeSequence(
  data: SplitReader | Mixture,
  seed: number,
  shuffle: Shuffle,
  buckets?: Buckets,
): Sequence {
  if (!("sets" in data)) return single(data, seed, shuffle, buckets);
  if (buckets) {
    throw new RangeError(
      "Sets that are mixed cannot be put together by length: load one set, or leave out `buckets`",
    );
  }
  return mixed(data, seed, shuffle);
}

function single(split: SplitReader, seed: number, shuffle: Shuffle, buckets?: Buckets): Sequence {
  const orderOf = orders([split], seed, shuffle, buckets);
  const locate = (epoch: number, from: number, count: number): Located => {
    const row = new Float64Array(count);
    orderOf(0, epoch).fill(from, row);
    return { set: new Int32Array(count), row, epoch: new Float64Array(count).fill(epoch) };
  };
  const size = split.numRows;
  const parts = [describe(split), seed, shuffle, ...(buckets ? [buckets.groupSize, buckets.poolGroups] : [])];
  return {
    size,
    splits: [split],
    readAhead: readAhead([split], [1], shuffle),
    locate,
    hash: (epoch) => hash([...parts, epoch], locate, size, epoch),
  };
}

function mixed(mixture: Mixture, seed: number, shuffle: Shuffle): Sequence {
  const { sets, roundLength = 1000 } = mixture;
  const splits = sets.map(({ split }) => split);
  const weights = sets.map(({ weight }) => weight);
  const empty = sets.findIndex(({ split, weight }) => weight > 0 && split.numRows === 0);
  if (empty >= 0) {
    throw new RangeError(
      `Set ${empty}, ${splits[empty]!.name}, has no rows: leave it out or give it the weight 0`,
    );
  }
  const total = sets.reduce((sum, { split, weight }) => sum + (weight > 0 ? split.numRows : 0), 0);
  const size = mixture.samplesPerEpoch ?? total;
  checkRange("Samples of an epoch", size, 1, 2 ** 52);
  const order: MixtureOrder = mixtureOrder({ weights, roundLength, seed });
  const orderOf = orders(splits, seed, shuffle);
  const locate = (epoch: number, from: number, count: number): Located => {
    const located = {
      set: new Int32Array(count),
      row: new Float64Array(count),
      epoch: new Float64Array(count),
    };
    for (let i = 0; i < count; i++) {
      const { set, position } = order.at(epoch * size + from + i);
      const numRows = splits[set]!.numRows;
      const repetition = Math.floor(position / numRows);
      located.set[i] = set;
      located.row[i] = orderOf(set, repetition).at(position - repetition * numRows);
      located.epoch[i] = repetition;
    }
    return located;
  };
  const parts = [...splits.map(describe), weights, roundLength, size, seed, shuffle];
  const shares = order.counts.map((count) => count / roundLength);
  return {
    size,
    splits,
    readAhead: readAhead(splits, shares, shuffle),
    locate,
    hash: (epoch) => hash([...parts, epoch], locate, size, epoch),
  };
}

/** The order of a set in one of its epochs; the last two of each set are kept. */
function orders(splits: readonly SplitReader[], seed: number, shuffle: Shuffle, buckets?: Buckets) {
  const kept = splits.map(() => new Map<number, SampleOrder>());
  return (set: number, epoch: number): SampleOrder => {
    let order = kept[set]!.get(epoch);
    if (!order) {
      const { numRows, rowsPerBlock } = splits[set]!;
      const windowBlocks = windowBlocksOf(splits, set, shuffle);
      order = shuffle
        ? blockOrder({ numRows, rowsPerBlock, windowBlocks, seed, epoch, set })
        : asTheyAre(numRows);
      if (buckets) order = lengthOrder(order, { ...buckets, seed, epoch });
      if (kept[set]!.size === 2) kept[set]!.delete(kept[set]!.keys().next().value!);
      kept[set]!.set(epoch, order);
    }
    return order;
  };
}

/** For sets of which each has a share of the samples: as far as is good for the one whose windows pass fastest. */
function readAhead(splits: readonly SplitReader[], shares: readonly number[], shuffle: Shuffle): ReadAhead {
  const windows = splits.map(({ numRows, rowsPerBlock }, set) => {
    const numBlocks = Math.ceil(numRows / rowsPerBlock);
    const windowBlocks = Math.min(windowBlocksOf(splits, set, shuffle), numBlocks);
    return { numBlocks, windowBlocks, samples: windowBlocks * rowsPerBlock / shares[set]! };
  }).filter((_, set) => shares[set]! > 0);
  return {
    samples: Math.min(...windows.map(({ samples }) => samples)) / 2,
    blocksOf: (span) =>
      windows.reduce(
        (sum, { numBlocks, windowBlocks, samples }) =>
          sum + Math.min(numBlocks, windowBlocks * (1 + Math.ceil(span / samples))),
        0,
      ),
  };
}

/** Blocks that are used at a time: at least 16, whatever their size, if the width is not given. */
function windowBlocksOf(splits: readonly SplitReader[], set: number, shuffle: Shuffle): number {
  if (!shuffle) return 1;
  const { windowBlocks } = shuffle;
  if (windowBlocks !== undefined && windowBlocks !== Infinity) {
    checkRange("Number of blocks in a window", windowBlocks, 1, 2 ** 52);
  }
  const { maxBlockBytes = 2 ** 23, blockMemory = maxBlockBytes } = splits[set]!;
  return windowBlocks ?? Math.max(16, Math.floor(3 * 2 ** 25 / splits.length / blockMemory));
}

function asTheyAre(size: number): SampleOrder {
  return {
    size,
    at: (position) => position,
    positionOf: (sample) => sample,
    fill: (from, out) => {
      for (let i = 0; i < out.length; i++) out[i] = from + i;
    },
  };
}

function describe({ contentHash, numRows, rowsPerBlock }: SplitReader): unknown {
  return [contentHash, numRows, rowsPerBlock];
}

/** Of the parts and of about a thousand samples spread over the epoch. */
function hash(parts: readonly unknown[], locate: Sequence["locate"], size: number, epoch: number): string {
  const digest = createHash("sha256").update(JSON.stringify(parts));
  const numProbes = Math.min(size, 1024);
  for (let i = 0; i < numProbes; i++) {
    const { set, row } = locate(epoch, Math.floor(i * size / numProbes), 1);
    digest.update(`${set[0]}:${row[0]};`);
  }
  return digest.digest("hex");
}
