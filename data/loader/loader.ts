/**
 * Batches in an exact order.
 * @module
 */
import { type BadRow, BadSamples } from "./_bad_samples.ts";
import { type ArrayLayout, BatchMemories, type BatchMemory, layOut, viewArrays } from "./_batch_memory.ts";
import { BlockCache } from "./_block_cache.ts";
import { checkRange } from "./_check_range.ts";
import { ChosenSamples } from "./_chosen_samples.ts";
import { planSamples } from "./_plan.ts";
import { prepareHere } from "./_prepare_here.ts";
import type { Preparers } from "./_preparers.ts";
import { type Buckets, makeSequence, type Sequence } from "./_sequence.ts";
import { startWorkers } from "./_worker_pool.ts";
import type { Batch, BatchArray } from "./batch.ts";
import { type BatchLayout, batchSpan, countBatches } from "./batch_span.ts";
import type { Preparation, PreparationContext, PreparedShapes } from "./preparation.ts";
import type { Mixture, SplitReader } from "./split_reader.ts";
import { WorkerError } from "./worker_error.ts";

/** What to load, in which order, by whom. */
export type LoaderOptions = {
  /** A split, or several that are mixed. The loader does not close them. */
  readonly data: SplitReader | Mixture;
  /** How samples become arrays. */
  readonly preparation: Preparation;
  /** B, samples in a batch of one rank, ≥ 1. */
  readonly batchSize: number;
  /** Of the run, a 32-bit integer; 0 if left out. */
  readonly seed?: number;
  /**
   * How many blocks of a set are mixed with each other, see `blockOrder()`, or `false` for the rows as they stand. If left out, what has 96 MiB of all
   * sets together, and at least 16.
   */
  readonly shuffle?: { readonly windowBlocks?: number } | false;
  /**
   * Puts samples of like lengths into the same batch, see `lengthOrder()`: `lengths` of all rows, such as `rowLengths()` reads, and how many
   * batches' samples are sorted together, 64 if left out. One set only.
   */
  readonly buckets?: { readonly lengths: ArrayLike<number>; readonly poolBatches?: number };
  /** R, processes that share each batch; 1 if left out. */
  readonly numRanks?: number;
  /** Which of them this is, 0…R − 1; 0 if left out. */
  readonly rank?: number;
  /** Whether a last batch of less than B · R samples is left out rather than shared; false if left out. */
  readonly dropLast?: boolean;
  /** Threads that prepare batches; 0, the default, for the caller's own. They change the speed, never the batches. */
  readonly workers?: number;
  /** Batches that are prepared, or whose blocks are read, before they are asked for; 2 more than there are workers if left out. */
  readonly prefetch?: number;
  /** What to do with a sample that cannot be read: "stop", the default, or put the next good one in its place, up to `limit` bad ones, counted from none by each loader. */
  readonly onBadSample?: "stop" | { readonly skip: true; readonly limit: number };
  /** Memory for blocks; 256 MiB if left out. A window of blocks should fit twice. */
  readonly memoryBytes?: number;
  /** After how long without a batch that it was to prepare a worker is taken for dead; 60,000 if left out. Its start may take a minute whatever this is. */
  readonly workerTimeoutMs?: number;
};

/** Which batches to give. */
export type BatchRange = {
  /** The first epoch, from 0; 0 if left out. */
  readonly epoch?: number;
  /** First batch of that epoch; 0 if left out. */
  readonly from?: number;
  /** How many epochs, without a pause between them; 1 if left out, `Infinity` for no end. */
  readonly numEpochs?: number;
};

/** How the loader did so far. */
export type LoaderMetrics = {
  /** Batches given. */
  readonly batches: number;
  /** Samples in them. */
  readonly samples: number;
  /** Time since the first was asked for. */
  readonly elapsedMs: number;
  /** Time of it that the caller waited. */
  readonly waitedMs: number;
  /** Share of the time that the caller waited, 0…1. */
  readonly waitShare: number;
  /** Rate of batches. */
  readonly batchesPerSecond: number;
  /** Rows that could not be read and were replaced, each counted once. */
  readonly badSamples: number;
  /** Blocks read, some perhaps again. */
  readonly blocksRead: number;
  /** Bytes of their values. */
  readonly bytesRead: number;
};

/** Gives batches, again and again the same ones. */
export type Loader = AsyncDisposable & {
  /** Batches in an epoch, the same on every rank. */
  readonly numBatches: number;
  /**
   * The batches of an epoch, or of several, from any on. Each is a function of the loader's options, its epoch and its index alone. Several such sequences can
   * be read in turn or at a time.
   * @throws {RangeError} If there is no such batch.
   * @throws {SampleError} If a sample cannot be read and is not to be skipped, or too many cannot.
   * @throws {WorkerError} If a worker dies or hangs.
   */
  batches(range?: BatchRange): AsyncGenerator<Batch, void, void>;
  /** SHA-256 in hexadecimal of what decides the order of an epoch, and of some of it: a run that goes on compares it with what it stored. */
  orderHash(epoch: number): string;
  /** How it did so far. */
  metrics(): LoaderMetrics;
  /** Ends the workers, waits for reads under way and forgets all blocks; batches that were given stay valid, and sets may be closed after it. */
  close(): Promise<void>;
};

/**
 * Makes a loader: it reads blocks once, shuffles their rows, and has batches prepared ahead of their use, here or in workers over shared memory.
 *
 * A bad sample that is skipped gives its place to the next position's that is good, so that batches keep their size, whoever prepares them.
 *
 * It is to be closed: workers keep a program alive. They import the preparation's module, so a program that starts them needs `--allow-read` for this package and that module.
 *
 * @example Two batches of four rows
 * ```ts
 * import { columnsPreparation, createLoader } from "@lacuna/data/loader";
 * import assert from "node:assert/strict";
 *
 * const column = { name: "number", kind: "number" } as const;
 * const split = {
 *   name: "train", numRows: 8, rowsPerBlock: 8, columns: [column], contentHash: "squares",
 *   readBlock: () => Promise.resolve({
 *     first: 0, numRows: 8, columns: { number: { column, values: Float64Array.from({ length: 8 }, (_, i) => i * i) } },
 *   }),
 * };
 * await using loader = await createLoader({
 *   data: split,
 *   preparation: columnsPreparation({ number: { column: "number" } }),
 *   batchSize: 4,
 *   seed: 0,
 * });
 * const squares: number[] = [];
 * for await (using batch of loader.batches({ epoch: 0 })) {
 *   assert.deepEqual(batch.arrays.number!.shape, [4]);
 *   squares.push(...batch.arrays.number!.values);
 * }
 * assert.deepEqual(squares.sort((a, b) => a - b), [0, 1, 4, 9, 16, 25, 36, 49]);
 * ```
 * @throws {RangeError} If a number is not in its range.
 * @throws {TypeError} If the preparation's module is none, or its arrays have no shape or dtype.
 */
export async function createLoader(options: LoaderOptions): Promise<Loader> {
  const { data, preparation, batchSize, seed = 0, shuffle = {} } = options;
  const { workers = 0, prefetch = workers + 2, workerTimeoutMs = 60_000, memoryBytes = 2 ** 28 } = options;
  checkRange("Number of workers", workers, 0, 1024);
  checkRange("Number of batches to prefetch", prefetch, 1, 2 ** 16);
  checkRange("Bytes of memory for blocks", memoryBytes, 0, 2 ** 52);
  checkRange("Time that a worker has, in ms,", workerTimeoutMs, 1, 2 ** 31 - 1);
  checkRange("Seed", seed, -(2 ** 31), 2 ** 32 - 1);
  const { buckets, numRanks = 1, onBadSample = "stop" } = options;
  if (onBadSample !== "stop") checkRange("Limit of bad samples", onBadSample.limit, 0, 2 ** 52);
  const sequence = makeSequence(data, seed, shuffle, buckets && bucketsOf(buckets, batchSize * numRanks));
  const layout = { ...options, numSamples: sequence.size };
  countBatches(layout); // refuses what is out of range before anything is started
  const context: PreparationContext = {
    seed,
    batchSize,
    columns: sequence.splits.map((split) => split.columns),
  };
  const preparers = workers === 0
    ? await prepareHere(preparation, context)
    : await startWorkers(workers, preparation, context, workerTimeoutMs);
  const cache = new BlockCache(sequence.splits, memoryBytes, workers > 0);
  try {
    const arrays = layOut(preparers.arrays, batchSize);
    const bad = new BadSamples(onBadSample, sequence.splits);
    return new OrderedLoader({
      sequence,
      layout,
      preparers,
      cache,
      arrays,
      bad,
      prefetch,
      isEager: workers > 0,
    });
  } catch (error) {
    preparers.close();
    throw error;
  }
}

/** Groups are batches of all ranks. */
function bucketsOf(
  { lengths, poolBatches }: NonNullable<LoaderOptions["buckets"]>,
  groupSize: number,
): Buckets {
  return { lengths, groupSize, ...(poolBatches === undefined ? {} : { poolGroups: poolBatches }) };
}

/** What a loader is made of. */
type Parts = {
  readonly sequence: Sequence;
  readonly layout: BatchLayout;
  readonly preparers: Preparers;
  readonly cache: BlockCache;
  readonly arrays: ArrayLayout;
  readonly bad: BadSamples;
  readonly prefetch: number;
  /** Whether batches are prepared before they are asked for. */
  readonly isEager: boolean;
};

/** A batch before it is given. */
type Prepared = {
  readonly epoch: number;
  readonly index: number;
  readonly samples: Batch["samples"];
  readonly memory: BatchMemory;
  readonly shapes: PreparedShapes;
  readonly bad: readonly BadRow[];
};

/** A batch that is to be prepared, once it is told to begin. */
type Pending = {
  readonly prepared: Promise<Prepared>;
  begin(): void;
  giveUp(): void;
};

class OrderedLoader implements Loader {
  readonly numBatches: number;
  readonly #parts: Parts;
  readonly #memories: BatchMemories;
  readonly #numAhead: number; // batches
  readonly #numBlocksAhead: number; // blocks that these need, and those that are prepared
  #isClosed = false;
  #startedAt: number | undefined;
  #numGiven = 0;
  #numSamplesGiven = 0;
  #waitedMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.numBatches = countBatches(parts.layout);
    this.#memories = new BatchMemories(parts.arrays.bytes, parts.isEager, parts.prefetch + 2);
    const { batchSize, numRanks = 1 } = parts.layout;
    const { samples, blocksOf } = parts.sequence.readAhead;
    this.#numAhead = Math.ceil(samples / (batchSize * numRanks));
    this.#numBlocksAhead = blocksOf((parts.prefetch + this.#numAhead) * batchSize * numRanks);
  }

  async *batches(range: BatchRange = {}): AsyncGenerator<Batch, void, void> {
    const { epoch = 0, from = 0, numEpochs = 1 } = range;
    checkRange("Epoch", epoch, 0, 2 ** 32 - 1);
    checkRange("First batch", from, 0, this.numBatches);
    if (numEpochs !== Infinity) checkRange("Number of epochs", numEpochs, 0, 2 ** 32);
    const end = this.numBatches * numEpochs; // counted, as `next`, from the start of the first epoch
    this.#checkOpen();
    const pending: Pending[] = [];
    let next = from;
    const addressOf = (n: number) => [epoch + Math.floor(n / this.numBatches), n % this.numBatches] as const;
    const fill = () => {
      for (; next < end && pending.length < this.#parts.prefetch; next++) {
        pending.push(this.#start(...addressOf(next)));
        const later = next + this.#numAhead;
        if (later < end) this.#readAhead(...addressOf(later));
      }
    };
    try {
      for (fill(); pending.length > 0;) {
        const asked = performance.now();
        this.#startedAt ??= asked;
        pending[0]!.begin();
        const prepared = await pending[0]!.prepared;
        pending.shift();
        fill();
        yield this.#give(prepared, performance.now() - asked);
      }
    } finally {
      for (const { giveUp } of pending) giveUp();
    }
  }

  orderHash(epoch: number): string {
    return this.#parts.sequence.hash(epoch);
  }

  metrics(): LoaderMetrics {
    const elapsedMs = this.#startedAt === undefined ? 0 : performance.now() - this.#startedAt;
    return {
      batches: this.#numGiven,
      samples: this.#numSamplesGiven,
      elapsedMs,
      waitedMs: this.#waitedMs,
      waitShare: elapsedMs === 0 ? 0 : this.#waitedMs / elapsedMs,
      batchesPerSecond: elapsedMs === 0 ? 0 : this.#numGiven / elapsedMs * 1000,
      badSamples: this.#parts.bad.size,
      blocksRead: this.#parts.cache.numRead,
      bytesRead: this.#parts.cache.bytesRead,
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#parts.preparers.close();
    await this.#parts.cache.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Begins to read a batch's blocks, and to prepare it: at once if workers do it, else when told to. */
  #start(epoch: number, index: number): Pending {
    const begun = Promise.withResolvers<void>();
    if (this.#parts.isEager) begun.resolve();
    const prepared = this.#prepare(epoch, index, begun.promise);
    prepared.catch(() => {}); // told when its turn comes
    begun.promise.catch(() => {}); // it may be given up before anybody waits for it
    return {
      prepared,
      begin: begun.resolve,
      giveUp: () => {
        begun.reject(new Error("Nobody wants it"));
        prepared.then(({ memory }) => this.#memories.give(memory), () => {});
      },
    };
  }

  async #prepare(epoch: number, index: number, begun: Promise<void>): Promise<Prepared> {
    const { sequence, layout, cache, bad } = this.#parts;
    const { from, count } = batchSpan(layout, index);
    const chosen = new ChosenSamples(sequence, bad, epoch, from, count);
    const leases = [await cache.acquire(chosen.plan.addresses, this.#parts.isEager ? undefined : begun)];
    const job = () => ({ samples: chosen.plan.samples, blocks: leases.at(-1)!.blocks });
    try {
      await begun;
      this.#checkOpen();
      const memory = this.#memories.take();
      const shapes = await this.#parts.preparers.prepare({
        ...job(),
        title: `batch ${index} of epoch ${epoch}`,
        memory,
        replace: async (bad) => {
          chosen.replace(bad);
          leases.push(await cache.acquireNow(chosen.plan.addresses));
          return job();
        },
      });
      return { epoch, index, samples: chosen.plan.samples, memory, shapes, bad: chosen.found };
    } finally {
      for (const lease of leases) lease.release();
    }
  }

  /** Begins to read the blocks of a batch that comes later, if there is room for them beside those that are used until then. */
  #readAhead(epoch: number, index: number): void {
    const { sequence, layout, cache } = this.#parts;
    if (!cache.hasRoomFor(this.#numBlocksAhead)) return;
    const { from, count } = batchSpan(layout, index);
    cache.readAhead(planSamples(sequence.locate(epoch, from, count), sequence.splits).addresses);
  }

  #give({ epoch, index, samples, memory, shapes, bad }: Prepared, waitedMs: number): Batch {
    this.#checkOpen();
    for (const row of bad) this.#parts.bad.add(row);
    this.#numGiven++;
    this.#numSamplesGiven += samples.count;
    this.#waitedMs += waitedMs;
    let isReleased = false;
    const release = () => {
      if (!isReleased) this.#memories.give(memory);
      isReleased = true;
    };
    const arrays = this.#arraysOf(memory, samples.count, shapes);
    return { arrays, samples, epoch, index, waitedMs, release, [Symbol.dispose]: release };
  }

  #arraysOf(memory: BatchMemory, count: number, shapes: PreparedShapes): Record<string, BatchArray> {
    const views = viewArrays(this.#parts.arrays, memory, count);
    const arrays: Record<string, BatchArray> = {};
    for (const { name, dtype, shape } of this.#parts.arrays.arrays) {
      const whole = [count, ...shape], prepared = shapes[name] ?? whole;
      const size = prepared.reduce((product, size) => product * size, 1);
      if (!(size <= views[name]!.length)) {
        throw new TypeError(
          `The preparation gave ${name} the shape [${prepared}]: it must fit in [${whole}], which it said before`,
        );
      }
      arrays[name] = { dtype, shape: prepared, values: views[name]!.subarray(0, size) };
    }
    return arrays;
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new WorkerError("The loader was closed: make another");
  }
}
