/**
 * Several sets, taken from in exact proportions.
 * @module
 */
import { stream } from "@lacuna/random";
import { checkRange } from "./_check_range.ts";
import { indexPermutation } from "./index_permutation.ts";
import type { SampleOrder } from "./sample_order.ts";

/** In which proportions to take from which sets. */
export type MixtureOptions = {
  /** [S] share of each set, ≥ 0, in any unit. */
  readonly weights: readonly number[];
  /** L, samples after which the proportions are exact, and the next such round begins; at least 1. */
  readonly roundLength: number;
  /** Of the run, a 32-bit integer. */
  readonly seed: number;
};

/** One sample of a mixture. */
export type MixtureSample = {
  /** Of S. */
  readonly set: number;
  /** How many samples of this set came before it, in the order of the set, which is endless: it is repeated, shuffled anew. */
  readonly position: number;
};

/**
 * A mixture as a function from the positions of an endless sequence to the sets and the positions within them.
 *
 * Each round of L positions holds exactly `counts[s]` samples of set s, the next ones of that set, in a random arrangement of its own.
 */
export type MixtureOrder = {
  /** [S] samples of each set in a round; they sum to L. */
  readonly counts: readonly number[];
  /**
   * The sample at a position.
   * @throws {RangeError} If the position is not an integer ≥ 0.
   */
  at(position: number): MixtureSample;
};

/**
 * Mixes sets in the proportions of their weights, to within a sample in every round: L · weight, rounded by largest remainder.
 *
 * @example Three of one set to one of another
 * ```ts
 * import { mixtureOrder } from "@lacuna/data/loader";
 * import assert from "node:assert/strict";
 *
 * const mixture = mixtureOrder({ weights: [0.75, 0.25], roundLength: 8, seed: 0 });
 * const sets = Array.from({ length: 8 }, (_, i) => mixture.at(8000 + i).set);
 * assert.deepEqual(sets.sort(), [0, 0, 0, 0, 0, 0, 1, 1]);
 * ```
 * @throws {RangeError} If a weight is negative or not finite, all are zero, or one that is not zero is too small for a single sample in L.
 */
export function mixtureOrder({ weights, roundLength, seed }: MixtureOptions): MixtureOrder {
  checkRange("Round of a mixture", roundLength, 1, 2 ** 31);
  const counts = largestRemainder(weights, roundLength);
  const lost = weights.findIndex((weight, set) => weight > 0 && counts[set] === 0);
  if (lost >= 0) {
    throw new RangeError(
      `Set ${lost} with weight ${
        weights[lost]
      } gets no sample in a round of ${roundLength}: make the round longer or its weight 0`,
    );
  }
  const ends: number[] = []; // of each set's part of a round
  for (const count of counts) ends.push((ends.at(-1) ?? 0) + count);
  let last: { readonly round: number; readonly order: SampleOrder } | undefined;
  const orderOf = (round: number) =>
    indexPermutation(roundLength, { ...stream({ seed, name: "mixture" }), ...wordsOf(round) });
  return {
    counts,
    at(position) {
      checkRange("Position", position, 0, 2 ** 52);
      const round = Math.floor(position / roundLength);
      if (last?.round !== round) last = { round, order: orderOf(round) };
      const place = last.order.at(position - round * roundLength);
      const set = ends.findIndex((end) => place < end);
      return { set, position: round * counts[set]! + place - (ends[set]! - counts[set]!) };
    },
  };
}

/** A round's number as parts of a stream's address. */
function wordsOf(round: number): { readonly epoch: number; readonly sample: number } {
  return { epoch: Math.floor(round / 2 ** 32), sample: round % 2 ** 32 };
}

/** [S] whole numbers in proportion to the weights that sum to `total`; of equal remainders the first is rounded up. */
function largestRemainder(weights: readonly number[], total: number): number[] {
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  if (wrong >= 0) throw new RangeError(`Weight ${wrong} is ${weights[wrong]}: give a finite number ≥ 0`);
  const sum = weights.reduce((sum, weight) => sum + weight, 0);
  if (!(sum > 0 && sum < Infinity)) {
    throw new RangeError(`The weights [${weights.join(", ")}] sum to ${sum}: give at least one above 0`);
  }
  const exact = weights.map((weight) => weight / sum * total);
  const counts = exact.map(Math.floor);
  const numLeft = total - counts.reduce((sum, count) => sum + count, 0);
  const byRemainder = [...exact.keys()].sort((a, b) => (exact[b]! - counts[b]!) - (exact[a]! - counts[a]!));
  for (const set of byRemainder.slice(0, numLeft)) counts[set]!++;
  return counts;
}
