/**
 * Another sample rate.
 * @module
 */
import { kaiserFilter, kaiserHalfLength } from "./_kaiser_filter.ts";

/** How good, and so how slow, the filter is. */
export type ResampleOptions = {
  /** Share of the band both rates have, up to half of the lower one, that passes unchanged; in (0, 1), 0.9 by default. */
  readonly passband?: number;
  /** By how many dB whatever would alias is weakened, 21…160; 100 by default, which is below a 16-bit file's rounding. */
  readonly attenuation?: number;
};

/** A filter cut into phases: `taps[phase · width + k]` weighs input `⌊j · down / up⌋ − before + k` for output j. */
type PhaseFilter = {
  readonly up: number;
  readonly down: number;
  readonly width: number;
  readonly before: number;
  readonly taps: Float32Array;
};

const mostTaps = 2 ** 24;
const numKept = 8;
const kept = new Map<string, PhaseFilter>(); // the last used at the end

/**
 * Resamples a sound by a low-pass filter, a sinc under a Kaiser window, in polyphase form. By default, what lies below 90 % of the
 * lower rate's half passes to within 0.001 dB, and nothing above that half is left by more than −100 dB. Outside the
 * sound is silence; the filter's delay is taken out, so that a sample at time t stays at time t.
 * @param samples At least 0 of them.
 * @param from Their rate, an integer in Hz.
 * @param to The rate wanted, an integer in Hz.
 * @param options The filter's quality.
 * @returns [⌈n · to / from⌉]; `samples` themselves if both rates are the same.
 * @throws {RangeError} If a rate or an option is out of range, or the rates have so little in common that the filter would take 64 MiB.
 *
 * @example A second at 44.1 kHz
 * ```ts
 * import { resample } from "@lacuna/data/audio";
 * import assert from "node:assert/strict";
 *
 * const tone = (rate: number) => Float32Array.from({ length: rate }, (_, i) => Math.sin((2 * Math.PI * 440 * i) / rate));
 * const resampled = resample(tone(44100), 44100, 16000);
 * assert.equal(resampled.length, 16000);
 * assert.ok(Math.abs(resampled[8001]! - tone(16000)[8001]!) < 1e-5);
 * ```
 */
export function resample(
  samples: Float32Array,
  from: number,
  to: number,
  options: ResampleOptions = {},
): Float32Array {
  checkRate(from);
  checkRate(to);
  if (from === to) return samples;
  const filter = filterFor(from, to, options);
  const out = new Float32Array(Math.ceil((samples.length * filter.up) / filter.down));
  applyPhases(padded(samples, filter.width), filter, out);
  return out;
}

function checkRate(rate: number): void {
  if (!Number.isInteger(rate) || rate < 1) {
    throw new RangeError(`Sample rate is ${rate}: give a positive integer, in Hz`);
  }
}

/** Silence on both sides, so that every output has a full window. */
function padded(samples: Float32Array, width: number): Float32Array {
  const out = new Float32Array(samples.length + 2 * width);
  out.set(samples, width);
  return out;
}

/** Each output is one dot product of `width` neighbours with its phase's taps. */
function applyPhases(
  input: Float32Array,
  { up, down, width, before, taps }: PhaseFilter,
  out: Float32Array,
): void {
  const [step, rest] = [Math.floor(down / up), down % up];
  let first = width - before; // of the inputs in the window
  let phase = 0;
  for (let j = 0; j < out.length; j++) {
    const offset = phase * width;
    let [a, b, c, d] = [0, 0, 0, 0]; // four sums, so that none waits for the other
    for (let k = 0; k < width; k += 4) {
      a += taps[offset + k]! * input[first + k]!;
      b += taps[offset + k + 1]! * input[first + k + 1]!;
      c += taps[offset + k + 2]! * input[first + k + 2]!;
      d += taps[offset + k + 3]! * input[first + k + 3]!;
    }
    out[j] = a + b + (c + d);
    first += step;
    phase += rest;
    if (phase >= up) {
      phase -= up;
      first++;
    }
  }
}

/** The filter for two rates, made anew or as it was last made. */
function filterFor(
  from: number,
  to: number,
  { passband = 0.9, attenuation = 100 }: ResampleOptions,
): PhaseFilter {
  if (!(passband > 0 && passband < 1)) {
    throw new RangeError(`passband is ${passband}: give a share in (0, 1)`);
  }
  if (!(attenuation >= 21 && attenuation <= 160)) {
    throw new RangeError(`attenuation is ${attenuation} dB: give one in 21…160`);
  }
  const divisor = greatestCommonDivisor(from, to);
  const [up, down] = [to / divisor, from / divisor];
  const key = `${up}/${down}/${passband}/${attenuation}`;
  const filter = kept.get(key) ?? makeFilter(up, down, passband, attenuation);
  kept.delete(key);
  kept.set(key, filter);
  if (kept.size > numKept) kept.delete(kept.keys().next().value!);
  return filter;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function makeFilter(up: number, down: number, passband: number, attenuation: number): PhaseFilter {
  const stopEdge = 0.5 / Math.max(up, down); // half the lower rate, as a share of the rate from · up
  const design = { passEdge: passband * stopEdge, stopEdge, attenuation };
  const halfLength = kaiserHalfLength(design);
  const before = Math.floor(halfLength / up); // neighbours before the one at or before an output
  const width = Math.ceil((before + 1 + Math.floor((halfLength + up - 1) / up)) / 4) * 4;
  if (up * width > mostTaps) {
    throw new RangeError(
      `Rates in the ratio ${up}/${down} take a filter of ${
        up * width
      } numbers: choose rates with a larger common divisor`,
    );
  }
  const taps = new Float32Array(up * width);
  const prototype = kaiserFilter(design, halfLength);
  for (let phase = 0; phase < up; phase++) {
    for (let k = 0; k < width; k++) { // input k of the window lies (k − before) · up − phase after the output
      const at = phase - (k - before) * up + halfLength;
      taps[phase * width + k] = up * (prototype[at] ?? 0);
    }
  }
  return { up, down, width, before, taps };
}
