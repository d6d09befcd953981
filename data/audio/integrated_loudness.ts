/**
 * Loudness as broadcasters measure it.
 * @module
 */
import type { DecodedAudio } from "./decoded_audio.ts";

/** One second-order filter: b₀…b₂ over 1, a₁, a₂. */
type Biquad = { readonly b: readonly [number, number, number]; readonly a: readonly [number, number] };

const blockSeconds = 0.4;
const blocksOverlapping = 4; // a block begins every 100 ms
const absoluteGate = -70; // LKFS
const relativeGate = -10; // LU below the mean of what passes the absolute gate
const surroundWeight = 1.41;

/**
 * Integrated loudness of a whole sound in LKFS: energy under the K-weighting, in blocks of 400 ms every 100 ms, of which those below
 * −70 LKFS and those 10 LU below the mean of the others do not count. −∞ if none counts: for silence, and for less than 400 ms.
 *
 * Five channels are left, right, centre and both surrounds, which count 1.41-fold; of six, the fourth is the low-frequency one, which
 * does not count. The filters are those of the standard at 48 kHz, and for other rates the same analogue ones transformed anew.
 * @param audio At 4 kHz or more.
 * @throws {RangeError} If the rate is lower: the weighting would not fit below half of it.
 * @see ITU-R BS.1770-4, annex 1; the analogue filters' frequencies, gain and qualities from De Man, "Evaluation of
 * implementations of the EBU R128 loudness measurement", 2018
 *
 * @example A sine at full scale
 * ```ts
 * import { integratedLoudness } from "@lacuna/data/audio";
 *
 * const sine = Float32Array.from({ length: 48000 }, (_, i) => Math.sin((2 * Math.PI * 997 * i) / 48000));
 * console.log(integratedLoudness({ sampleRate: 48000, channels: [sine] }).toFixed(2)); // -3.01
 * ```
 */
export function integratedLoudness({ sampleRate, channels }: DecodedAudio): number {
  if (!(sampleRate >= 4000)) {
    throw new RangeError(
      `Sample rate is ${sampleRate} Hz: loudness needs 4000 or more; resample the sound first`,
    );
  }
  const energies = blockEnergies({ sampleRate, channels });
  const loud = energies.filter((energy) => loudness(energy) > absoluteGate);
  const gate = loudness(mean(loud)) + relativeGate;
  return loudness(mean(loud.filter((energy) => loudness(energy) > gate)));
}

/** LKFS of a weighted mean square; −∞ of 0. */
function loudness(energy: number): number {
  return -0.691 + 10 * Math.log10(energy);
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Weighted mean square of every whole block, all channels together. */
function blockEnergies({ sampleRate, channels }: DecodedAudio): number[] {
  const length = channels[0]!.length;
  const startOf = (step: number) => Math.round((step * blockSeconds * sampleRate) / blocksOverlapping);
  let numSteps = 0;
  while (startOf(numSteps + 1) <= length) numSteps++;
  const steps = new Float64Array(numSteps); // energy of every 100 ms
  for (const [c, channel] of channels.entries()) {
    const weight = channelWeight(c, channels.length);
    if (weight === 0) continue;
    const filtered = kWeighted(channel, sampleRate);
    for (let step = 0; step < numSteps; step++) {
      let sum = 0;
      for (let i = startOf(step); i < startOf(step + 1); i++) sum += filtered[i]! ** 2;
      steps[step]! += weight * sum;
    }
  }
  return Array.from({ length: Math.max(0, numSteps - blocksOverlapping + 1) }, (_, i) => {
    const sum = steps.subarray(i, i + blocksOverlapping).reduce((total, energy) => total + energy, 0);
    return sum / (startOf(i + blocksOverlapping) - startOf(i));
  });
}

function channelWeight(index: number, numChannels: number): number {
  if (numChannels < 5) return 1;
  const place = numChannels === 5 ? index : index < 3 ? index : index - 1; // without the low-frequency one
  if (numChannels > 5 && index === 3) return 0;
  return place < 3 ? 1 : surroundWeight;
}

/** The head's shelf, then the high-pass. */
function kWeighted(samples: Float32Array, sampleRate: number): Float64Array {
  const out = Float64Array.from(samples);
  for (const filter of [shelf(sampleRate), highPass(sampleRate)]) applyBiquad(out, filter);
  return out;
}

function applyBiquad(samples: Float64Array, { b: [b0, b1, b2], a: [a1, a2] }: Biquad): void {
  let [s1, s2] = [0, 0]; // transposed direct form II
  for (let i = 0; i < samples.length; i++) {
    const x = samples[i]!;
    const y = b0 * x + s1;
    s1 = b1 * x - a1 * y + s2;
    s2 = b2 * x - a2 * y;
    samples[i] = y;
  }
}

/** 4 dB more above 1.7 kHz, for the sound's way around the head. */
function shelf(sampleRate: number): Biquad {
  const quality = 0.7071752369554196;
  const k = Math.tan((Math.PI * 1681.974450955533) / sampleRate);
  const high = 10 ** (3.999843853973347 / 20);
  const band = high ** 0.4996667741545416;
  const scale = 1 + k / quality + k * k;
  return {
    b: [
      (high + (band * k) / quality + k * k) / scale,
      (2 * (k * k - high)) / scale,
      (high - (band * k) / quality + k * k) / scale,
    ],
    a: [(2 * (k * k - 1)) / scale, (1 - k / quality + k * k) / scale],
  };
}

/** Less below 38 Hz; its numerator is not normalised, as in the standard. */
function highPass(sampleRate: number): Biquad {
  const quality = 0.5003270373238773;
  const k = Math.tan((Math.PI * 38.13547087602444) / sampleRate);
  const scale = 1 + k / quality + k * k;
  return { b: [1, -2, 1], a: [(2 * (k * k - 1)) / scale, (1 - k / quality + k * k) / scale] };
}
