import { checkInteger } from "./_check_integer.ts";
import { nameHash } from "./_name_hash.ts";

/** Where a stream is drawn: what for, and at which point of a run. */
export type StreamAddress = {
  /** One per run, a 32-bit integer: −2³¹…2³² − 1, where −1 and 2³² − 1 are the same seed. */
  readonly seed: number;
  /** What the numbers are for, such as "mask"; two purposes take two names. */
  readonly name: string;
  /** In 0…2³² − 1; 0 if the stream does not depend on it. */
  readonly epoch?: number;
  /** In 0…2³² − 1; 0 if the stream does not depend on it. */
  readonly sample?: number;
  /** In 0…2³² − 1; 0 if the stream does not depend on it. */
  readonly step?: number;
};

/**
 * The address of one Philox4x32-10 stream of 2³⁴ random words; drawing from it never changes it.
 * Word i is word i mod 4 of the block with counter (⌊i / 4⌋, epoch, sample, step) under the key (seed, nameHash).
 */
export type Prng = {
  /** First word of the key, in [0, 2³²). */
  readonly seed: number;
  /** Second word of the key, in [0, 2³²). */
  readonly nameHash: number;
  /** Second word of the counter, in [0, 2³²). */
  readonly epoch: number;
  /** Third word of the counter, in [0, 2³²). */
  readonly sample: number;
  /** Fourth word of the counter, in [0, 2³²). */
  readonly step: number;
};

const maxWord = 2 ** 32 - 1;

/**
 * The stream at an address: another seed, epoch, sample or step is another stream for certain, another name is
 * one unless the 32-bit hashes of both names meet.
 *
 * All draws read the same words: `uniform(prng, 7)` and `normal(prng, 7)` are not independent. Where one place
 * needs both, name two streams.
 * @throws {RangeError} If a part of the address is not an integer in its range.
 */
export function stream({ seed, name, epoch = 0, sample = 0, step = 0 }: StreamAddress): Prng {
  checkInteger("Seed", seed, -(2 ** 31), maxWord);
  checkInteger("Epoch", epoch, 0, maxWord);
  checkInteger("Sample", sample, 0, maxWord);
  checkInteger("Step", step, 0, maxWord);
  return { seed: seed >>> 0, nameHash: nameHash(name), epoch, sample, step };
}
