import { integer, type Prng } from "@lacuna/random";

/** Draws one number after the other from a stream. */
class Draws {
  readonly #prng: Prng;
  #index = 0;

  constructor(prng: Prng) {
    this.#prng = prng;
  }

  /** 0…bound − 1. */
  below(bound: number): number {
    return integer(this.#prng, this.#index++, bound);
  }
}

type Damage = (bytes: Uint8Array, draws: Draws) => Uint8Array;

/** What lengths and offsets are when they are wrong in an interesting way. */
const words = [
  0,
  1,
  0x7f,
  0x80,
  0xff,
  0x7fff,
  0x8000,
  0xffff,
  0x10000,
  0x7fffffff,
  0x80000000,
  0xfffffffe,
  0xffffffff,
];

/** Each takes at least one byte. */
const damages: readonly Damage[] = [
  function flipBit(bytes, draws) {
    const copy = bytes.slice();
    copy[draws.below(bytes.length)]! ^= 1 << draws.below(8);
    return copy;
  },
  function flipBits(bytes, draws) {
    const copy = bytes.slice();
    for (let i = 2 + draws.below(15); i > 0; i--) copy[draws.below(bytes.length)]! ^= 1 << draws.below(8);
    return copy;
  },
  function setByte(bytes, draws) {
    const copy = bytes.slice();
    copy[draws.below(bytes.length)] = draws.below(256);
    return copy;
  },
  function setWord(bytes, draws) {
    const copy = bytes.slice();
    const width = [1, 2, 4][draws.below(3)]!,
      at = draws.below(bytes.length),
      littleEndian = draws.below(2) === 1;
    const word = words[draws.below(words.length)]!;
    for (let i = 0; i < width && at + i < copy.length; i++) {
      copy[at + i] = word >>> (8 * (littleEndian ? i : width - 1 - i));
    }
    return copy;
  },
  function truncate(bytes, draws) {
    return bytes.slice(0, draws.below(bytes.length));
  },
  function cutOut(bytes, draws) {
    const [from, to] = range(bytes, draws);
    return joined(bytes.subarray(0, from), bytes.subarray(to));
  },
  function repeat(bytes, draws) {
    const [from, to] = range(bytes, draws);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  function copyOver(bytes, draws) {
    const [from, to] = range(bytes, draws), copy = bytes.slice();
    copy.set(bytes.subarray(from, to), draws.below(bytes.length - (to - from) + 1));
    return copy;
  },
  function splice(bytes, draws) {
    return joined(
      bytes.subarray(0, draws.below(bytes.length + 1)),
      bytes.subarray(draws.below(bytes.length)),
    );
  },
  function append(bytes, draws) {
    return joined(bytes, Uint8Array.from({ length: 1 + draws.below(64) }, () => draws.below(256)));
  },
];

/**
 * A file as it comes back from a bad disk, a cut download or somebody who means harm: bits flipped, ends cut off, parts missing, doubled
 * or swapped, numbers made huge.
 * @param bytes The whole file, at least one byte.
 * @param prng The same stream does the same damage.
 * @returns Other bytes than those given.
 */
export function mutate(bytes: Uint8Array, prng: Prng): Uint8Array {
  const draws = new Draws(prng);
  let damaged = bytes;
  for (let left = 1 + draws.below(3); left > 0 || isSame(damaged, bytes); left--) {
    const damage = damages[draws.below(damages.length)]!;
    damaged = damaged.length === 0 ? damaged : damage(damaged, draws);
  }
  return damaged;
}

function range(bytes: Uint8Array, draws: Draws): [from: number, to: number] {
  const from = draws.below(bytes.length);
  return [from, from + 1 + draws.below(Math.min(bytes.length - from, 1 << draws.below(12)))];
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
