/**
 * A random part of a sound.
 * @module
 */
import { integer, stream } from "@lacuna/random";

/** Which sample of which epoch of which run. */
export type CropAddress = {
  /** Of the run, a 32-bit integer. */
  readonly seed: number;
  /** From 0. */
  readonly epoch: number;
  /** Index of the sound in its set. */
  readonly sample: number;
};

/**
 * Cuts a sound to a length at a random place, every place equally likely: the same for the same address, wherever it is asked for.
 * @param samples [n].
 * @param length Most samples to keep, ≥ 1.
 * @param address Where the random number is looked up.
 * @returns [min(n, length)], a view of `samples`.
 * @throws {RangeError} If the length is not a positive integer.
 */
export function cropWaveform(samples: Float32Array, length: number, address: CropAddress): Float32Array {
  if (!Number.isInteger(length) || length < 1) {
    throw new RangeError(`Cannot crop to ${length} samples: give a positive integer`);
  }
  if (samples.length <= length) return samples;
  const start = integer(stream({ ...address, name: "crop waveform" }), 0, samples.length - length + 1);
  return samples.subarray(start, start + length);
}
