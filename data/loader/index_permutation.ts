/**
 * A shuffle of any number of indices that takes no memory.
 * @module
 */
import { philox4x32, type Prng } from "@lacuna/random";
import { checkRange, checkSpan } from "./_check_range.ts";
import type { SampleOrder } from "./sample_order.ts";

/** Most indices that can be permuted. */
const maxSize = 2 ** 52;
/** With fewer than this the rounds have few values to work on, so more of them are needed for a fair shuffle. */
const smallSize = 256;
/** How many indices pass through a round together. */
const tile = 256;

const highs = new Int32Array(tile);
const lows = new Int32Array(tile);

/**
 * A random permutation of 0…n − 1, as a function: nothing is stored but a few keys, for n = 10 as for n = 10¹².
 *
 * An index is written in two digits, high · b + low, over a ≈ b ≈ √n. In turn, each digit is moved on, modulo its base, by a keyed hash of
 * the other (a Feistel network with modular addition), which can be undone and is thus a permutation of 0…a · b − 1; whoever lands
 * at n or above goes on until they are below ("cycle walking"), which is rare, as a · b < n + a.
 *
 * The hash is a multiply-xorshift mix of 32 bits, not a whole Philox block: the shuffle is measured to be as fair, and ten times faster.
 *
 * @example The same key gives the same order, and any part of it
 * ```ts
 * import { indexPermutation } from "@lacuna/data/loader";
 * import { stream } from "@lacuna/random";
 * import assert from "node:assert/strict";
 *
 * const order = indexPermutation(1e12, stream({ seed: 0, name: "shuffle", epoch: 3 }));
 * const row = order.at(123_456_789_012);
 * assert.equal(order.positionOf(row), 123_456_789_012);
 * const part = new Float64Array(1000);
 * order.fill(123_456_789_000, part);
 * assert.equal(part[12], row);
 * ```
 * @param n In 0…2⁵².
 * @param prng The key: another stream is another permutation.
 * @throws {RangeError} If n is not an integer in its range.
 * @see Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002, §§5–6
 */
export function indexPermutation(n: number, prng: Prng): SampleOrder {
  checkRange("Number of indices", n, 0, maxSize);
  return new IndexPermutation(n, prng);
}

class IndexPermutation implements SampleOrder {
  readonly size: number;
  readonly #highBase: number; // a
  readonly #lowBase: number; // b
  readonly #keys: Int32Array; // [numRounds, 2]

  constructor(n: number, prng: Prng) {
    this.size = n;
    this.#highBase = Math.max(1, Math.ceil(Math.sqrt(n)));
    this.#lowBase = Math.max(1, Math.ceil(n / this.#highBase));
    this.#keys = roundKeys(n < smallSize ? 32 : 8, prng);
  }

  at(position: number): number {
    checkRange("Position", position, 0, this.size - 1);
    return this.#walk(position);
  }

  positionOf(sample: number): number {
    checkRange("Sample", sample, 0, this.size - 1);
    let index = sample;
    do index = this.#encode(index, true); while (index >= this.size);
    return index;
  }

  fill(from: number, out: Float64Array): void {
    checkSpan(from, out.length, this.size);
    const lowBase = this.#lowBase;
    let high = Math.floor(from / lowBase), low = from - high * lowBase;
    for (let start = 0; start < out.length; start += tile) {
      const count = Math.min(tile, out.length - start);
      for (let i = 0; i < count; i++) {
        highs[i] = high;
        lows[i] = low;
        if (++low === lowBase) {
          low = 0;
          high++;
        }
      }
      this.#encodeTile(count);
      for (let i = 0; i < count; i++) {
        const index = highs[i]! * lowBase + lows[i]!;
        out[start + i] = index < this.size ? index : this.#walk(index);
      }
    }
  }

  #walk(index: number): number {
    do index = this.#encode(index, false); while (index >= this.size);
    return index;
  }

  #encode(index: number, inverse: boolean): number {
    const high = Math.floor(index / this.#lowBase);
    highs[0] = high;
    lows[0] = index - high * this.#lowBase;
    if (inverse) this.#decodeTile(1);
    else this.#encodeTile(1);
    return highs[0]! * this.#lowBase + lows[0]!;
  }

  #encodeTile(count: number): void {
    const keys = this.#keys;
    for (let k = 0; k < keys.length; k += 4) {
      turn(highs, lows, count, this.#highBase, keys[k]!, keys[k + 1]!);
      turn(lows, highs, count, this.#lowBase, keys[k + 2]!, keys[k + 3]!);
    }
  }

  #decodeTile(count: number): void {
    const keys = this.#keys;
    for (let k = keys.length - 4; k >= 0; k -= 4) {
      turnBack(lows, highs, count, this.#lowBase, keys[k + 2]!, keys[k + 3]!);
      turnBack(highs, lows, count, this.#highBase, keys[k]!, keys[k + 1]!);
    }
  }
}

/** digits ← (digits + hash(others)) mod base, without a branch. */
function turn(
  digits: Int32Array,
  others: Int32Array,
  count: number,
  base: number,
  k0: number,
  k1: number,
): void {
  const scale = base * 2 ** -32;
  for (let i = 0; i < count; i++) {
    const reduced = (digits[i]! + (((mix(others[i]!, k0, k1) >>> 0) * scale) | 0) - base) | 0;
    digits[i] = reduced + (base & (reduced >> 31));
  }
}

/** digits ← (digits − hash(others)) mod base. */
function turnBack(
  digits: Int32Array,
  others: Int32Array,
  count: number,
  base: number,
  k0: number,
  k1: number,
): void {
  const scale = base * 2 ** -32;
  for (let i = 0; i < count; i++) {
    const reduced = (digits[i]! - (((mix(others[i]!, k0, k1) >>> 0) * scale) | 0)) | 0;
    digits[i] = reduced + (base & (reduced >> 31));
  }
}

/** 32 bits whose upper ones, the only ones that count, depend on every bit of the value and of both keys. */
function mix(value: number, k0: number, k1: number): number {
  const h = Math.imul(value ^ k0, 0x9e3779b1); // golden ratio, odd
  return Math.imul((h ^ (h >>> 15)) + k1, 0x85ebca6b); // of MurmurHash3's finalizer
}

function roundKeys(numRounds: number, prng: Prng): Int32Array {
  const keys = new Int32Array(2 * numRounds);
  for (let k = 0; k < keys.length; k += 4) {
    keys.set(philox4x32([k / 4, prng.epoch, prng.sample, prng.step], [prng.seed, prng.nameHash]), k);
  }
  return keys;
}
