/**
 * An order in which neighbours are about equally long.
 * @module
 */
import { permutation, stream } from "@lacuna/random";
import { checkRange, checkSpan } from "./_check_range.ts";
import type { SampleOrder } from "./sample_order.ts";

/** What is put together, and under which key. */
export type LengthOrderOptions = {
  /** [N] lengths of the samples, of sounds or of texts, such as `rowLengths()` reads. */
  readonly lengths: ArrayLike<number>;
  /** Neighbours that are about equally long: the samples of a batch of all ranks, ≥ 1. */
  readonly groupSize: number;
  /** Groups that are sorted with each other, ≥ 1; 64 if left out. More: less padding. Fewer: more random company. */
  readonly poolGroups?: number;
  /** Of the run, a 32-bit integer. */
  readonly seed: number;
  /** Another epoch is another order; an integer in 0…2³² − 1, 0 if left out. */
  readonly epoch?: number;
};

/**
 * Another order, rearranged so that each group of neighbours is about equally long: the order is cut into pools, each pool sorted by length and cut into
 * groups, and the groups of a pool are shuffled. A sample moves within its pool only, so what is read for the order is read a pool
 * earlier or later. It is looked up at any position in the memory of a pool.
 *
 * @example Batches of two out of pools of six
 * ```ts
 * import { blockOrder, lengthOrder } from "@lacuna/data/loader";
 * import assert from "node:assert/strict";
 *
 * const lengths = [5, 1, 9, 2, 8, 6];
 * const rows = blockOrder({ numRows: 6, rowsPerBlock: 6, windowBlocks: 1, seed: 0 });
 * const order = lengthOrder(rows, { lengths, groupSize: 2, poolGroups: 3, seed: 0 });
 * const batch = [order.at(0), order.at(1)].map((row) => lengths[row]).join();
 * assert.ok(["1,2", "5,6", "8,9"].includes(batch));
 * ```
 * @param order The order that is rearranged.
 * @param options Lengths and sizes.
 * @throws {RangeError} If a size is not in its range, or there are not as many lengths as samples.
 */
export function lengthOrder(order: SampleOrder, options: LengthOrderOptions): SampleOrder {
  const { lengths, groupSize, poolGroups = 64 } = options;
  checkRange("Samples of a group", groupSize, 1, 2 ** 31 - 1);
  checkRange("Groups of a pool", poolGroups, 1, Math.floor((2 ** 31 - 1) / groupSize));
  if (lengths.length !== order.size) {
    throw new RangeError(`There are ${lengths.length} lengths of ${order.size} samples: give one each`);
  }
  return new LengthOrder(order, options);
}

class LengthOrder implements SampleOrder {
  readonly size: number;
  readonly #order: SampleOrder;
  readonly #options: LengthOrderOptions;
  readonly #poolSize: number;
  #pool: { readonly index: number; readonly samples: Float64Array } | undefined; // the last that was asked for

  constructor(order: SampleOrder, options: LengthOrderOptions) {
    this.size = order.size;
    this.#order = order;
    this.#options = options;
    this.#poolSize = options.groupSize * (options.poolGroups ?? 64);
  }

  at(position: number): number {
    checkRange("Position", position, 0, this.size - 1);
    return this.#poolAround(position)[position % this.#poolSize]!;
  }

  positionOf(sample: number): number {
    const before = this.#order.positionOf(sample);
    return before - before % this.#poolSize + this.#poolAround(before).indexOf(sample);
  }

  fill(from: number, out: Float64Array): void {
    checkSpan(from, out.length, this.size);
    for (let done = 0; done < out.length;) {
      const inside = (from + done) % this.#poolSize;
      const part = this.#poolAround(from + done).subarray(inside, inside + out.length - done);
      out.set(part, done);
      done += part.length;
    }
  }

  #poolAround(position: number): Float64Array {
    const index = Math.floor(position / this.#poolSize);
    if (this.#pool?.index !== index) this.#pool = { index, samples: this.#makePool(index) };
    return this.#pool!.samples;
  }

  /** The samples of a pool, group after group; what is no whole group stays at the end. */
  #makePool(index: number): Float64Array {
    const { lengths, groupSize, seed, epoch = 0 } = this.#options;
    const start = index * this.#poolSize;
    const samples = new Float64Array(Math.min(this.#poolSize, this.size - start));
    this.#order.fill(start, samples);
    const sorted = Array.from(samples).sort((a, b) => lengths[a]! - lengths[b]!); // equals stay in their order
    const numGroups = Math.floor(sorted.length / groupSize);
    const key = stream({ seed, name: "length order", epoch, sample: index % 2 ** 32 });
    for (const [place, group] of permutation(numGroups, key).entries()) {
      samples.set(sorted.slice(group * groupSize, (group + 1) * groupSize), place * groupSize);
    }
    samples.set(sorted.slice(numGroups * groupSize), numGroups * groupSize);
    return samples;
  }
}
