/**
 * A shuffle that reads each block once.
 * @module
 */
import { type Prng, stream } from "@lacuna/random";
import { checkRange, checkSpan } from "./_check_range.ts";
import { indexPermutation } from "./index_permutation.ts";
import type { SampleOrder } from "./sample_order.ts";

/** What is shuffled, how widely, and under which key. */
export type BlockOrderOptions = {
  /** N, of the split; the last block has what is left. */
  readonly numRows: number;
  /** K, of each block but the last. */
  readonly rowsPerBlock: number;
  /** W, blocks whose rows are mixed with each other, ≥ 1; `Infinity`, or as many as there are, mixes all rows. */
  readonly windowBlocks: number;
  /** Of the run, a 32-bit integer. */
  readonly seed: number;
  /** Another epoch is another order; an integer in 0…2³² − 1, 0 if left out. */
  readonly epoch?: number;
  /** Of the split among others, an integer in 0…2³² − 1: two sets of one mixture take two; 0 if left out. */
  readonly set?: number;
};

/** Neighbouring positions whose rows are permuted as one. */
type Window = {
  /** Of all windows. */
  readonly index: number;
  /** First position. */
  readonly start: number;
  /** Of its rows, laid out block after block, the short one last. */
  readonly order: SampleOrder;
  /** [at most W] first row of each of its blocks as they are laid out. */
  readonly firstRows: Float64Array;
};

/**
 * An order of a split's rows that stays within W blocks at a time: the blocks are permuted; W neighbours in that order make a window, and
 * the rows of a window are permuted as one. So each block is read once an epoch, with W blocks in memory, and a row is mixed with W · K others.
 * It is a function of its options, looked up in constant time and memory at any position.
 *
 * How wide a window must be is measured in this folder's README: labels in the order of classes need as many blocks as make a fair sample.
 *
 * @example Twelve rows in blocks of five, two blocks at a time
 * ```ts
 * import { blockOrder } from "@lacuna/data/loader";
 * import assert from "node:assert/strict";
 *
 * const order = blockOrder({ numRows: 12, rowsPerBlock: 5, windowBlocks: 2, seed: 0, epoch: 3 });
 * const rows = new Float64Array(12);
 * order.fill(0, rows);
 * assert.deepEqual([...rows].sort((a, b) => a - b), [...Array(12).keys()]);
 * assert.equal(order.at(7), rows[7]);
 * ```
 * @throws {RangeError} If an option is not an integer in its range.
 */
export function blockOrder(options: BlockOrderOptions): SampleOrder {
  const { numRows, rowsPerBlock, windowBlocks } = options;
  checkRange("Number of rows", numRows, 0, 2 ** 52);
  checkRange("Rows of a block", rowsPerBlock, 1, 2 ** 52);
  if (windowBlocks !== Infinity) checkRange("Number of blocks in a window", windowBlocks, 1, 2 ** 52);
  const { seed, epoch = 0, set = 0 } = options;
  return windowBlocks * rowsPerBlock >= numRows // one window: where the blocks stand in it makes no difference
    ? indexPermutation(numRows, stream({ seed, name: "row order", epoch, sample: set }))
    : new BlockOrder(options);
}

class BlockOrder implements SampleOrder {
  readonly size: number;
  readonly #rowsPerBlock: number; // K
  readonly #windowBlocks: number; // W
  readonly #numMissing: number; // rows that the last block has less than the others
  readonly #blocks: SampleOrder; // place → block
  readonly #shortPlace: number; // of the last block
  readonly #key: Prng;
  #window: Window | undefined; // the last that was asked for

  constructor({ numRows, rowsPerBlock, windowBlocks, seed, epoch = 0, set = 0 }: BlockOrderOptions) {
    const numBlocks = Math.ceil(numRows / rowsPerBlock);
    this.size = numRows;
    this.#rowsPerBlock = rowsPerBlock;
    this.#windowBlocks = windowBlocks;
    this.#numMissing = numBlocks * rowsPerBlock - numRows;
    this.#blocks = indexPermutation(numBlocks, stream({ seed, name: "block order", epoch, sample: set }));
    this.#shortPlace = this.#blocks.positionOf(numBlocks - 1);
    this.#key = stream({ seed, name: "row order", epoch, sample: set });
  }

  at(position: number): number {
    checkRange("Position", position, 0, this.size - 1);
    const window = this.#windowAround(position);
    return this.#row(window, window.order.at(position - window.start));
  }

  positionOf(row: number): number {
    checkRange("Row", row, 0, this.size - 1);
    const offset = row % this.#rowsPerBlock;
    const place = this.#blocks.positionOf((row - offset) / this.#rowsPerBlock);
    const window = this.#windowAt(Math.floor(place / this.#windowBlocks));
    const slot = window.firstRows.indexOf(row - offset);
    return window.start + window.order.positionOf(slot * this.#rowsPerBlock + offset);
  }

  fill(from: number, out: Float64Array): void {
    checkSpan(from, out.length, this.size);
    for (let done = 0; done < out.length;) {
      const window = this.#windowAround(from + done);
      const inside = from + done - window.start;
      const part = out.subarray(done, done + window.order.size - inside);
      window.order.fill(inside, part);
      for (let i = 0; i < part.length; i++) part[i] = this.#row(window, part[i]!);
      done += part.length;
    }
  }

  /** The row of a window's layout. */
  #row(window: Window, inside: number): number {
    const slot = Math.floor(inside / this.#rowsPerBlock);
    return window.firstRows[slot]! + (inside - slot * this.#rowsPerBlock);
  }

  #windowAround(position: number): Window {
    const last = this.#window;
    if (last && position >= last.start && position < last.start + last.order.size) return last;
    const windowRows = this.#windowBlocks * this.#rowsPerBlock;
    const short = Math.floor(this.#shortPlace / this.#windowBlocks); // the window with the short block
    const isAfter = position >= (short + 1) * windowRows - this.#numMissing;
    return this.#windowAt(Math.floor((position + (isAfter ? this.#numMissing : 0)) / windowRows));
  }

  #windowAt(index: number): Window {
    if (this.#window?.index !== index) this.#window = this.#makeWindow(index);
    return this.#window!;
  }

  #makeWindow(index: number): Window {
    const firstPlace = index * this.#windowBlocks;
    const firstRows = new Float64Array(Math.min(this.#windowBlocks, this.#blocks.size - firstPlace));
    this.#blocks.fill(firstPlace, firstRows);
    for (let i = 0; i < firstRows.length; i++) firstRows[i]! *= this.#rowsPerBlock;
    const shortSlot = this.#shortPlace - firstPlace;
    if (shortSlot >= 0 && shortSlot < firstRows.length) {
      const firstRow = firstRows[shortSlot]!;
      firstRows.copyWithin(shortSlot, shortSlot + 1);
      firstRows[firstRows.length - 1] = firstRow;
    }
    const numMissingBefore = this.#shortPlace < firstPlace ? this.#numMissing : 0;
    const numMissingHere = shortSlot >= 0 && shortSlot < firstRows.length ? this.#numMissing : 0;
    const size = firstRows.length * this.#rowsPerBlock - numMissingHere;
    return {
      index,
      start: firstPlace * this.#rowsPerBlock - numMissingBefore,
      order: indexPermutation(size, { ...this.#key, step: index }),
      firstRows,
    };
  }
}
