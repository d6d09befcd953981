/**
 * Sounds made equally loud.
 * @module
 */
import { integratedLoudness } from "./integrated_loudness.ts";
import { peak } from "./peak.ts";
import { rootMeanSquare } from "./root_mean_square.ts";

/** How loud a sound should become. */
export type LevelTarget =
  /** Its largest sample, in dBFS. */
  | { readonly peak: number }
  /** Its root mean square, in dBFS. */
  | { readonly rms: number }
  /** Its integrated loudness, in LKFS. */
  | { readonly loudness: number; readonly sampleRate: number };

/**
 * Scales a sound to a level. A gain that would push a sample over full scale is lowered to just reach it, so nothing is clipped.
 * @param samples [n], one channel; they stay as they are.
 * @param target Which measure, and its value in dB.
 * @returns [n]; a copy as it was if there is nothing to measure: silence, or under 400 ms for loudness.
 * @throws {RangeError} If the target is not finite.
 */
export function normalizeLevel(samples: Float32Array, target: LevelTarget): Float32Array {
  const { wanted, found } = compare(samples, target);
  if (!Number.isFinite(wanted)) {
    throw new RangeError(`The level is to become ${wanted} dB: give a finite one`);
  }
  if (!Number.isFinite(found)) return samples.slice();
  const largest = peak(samples);
  const room = "peak" in target ? Infinity : 1 / largest;
  const gain = Math.min(10 ** ((wanted - found) / 20), Math.max(1, room)); // what clips already is not made quieter than it was
  return samples.map((sample) => sample * gain);
}

/** The level asked for and the one there is, in dB. */
function compare(samples: Float32Array, target: LevelTarget): { wanted: number; found: number } {
  if ("peak" in target) return { wanted: target.peak, found: decibels(peak(samples)) };
  if ("rms" in target) return { wanted: target.rms, found: decibels(rootMeanSquare(samples)) };
  const { loudness, sampleRate } = target;
  return { wanted: loudness, found: integratedLoudness({ sampleRate, channels: [samples] }) };
}

function decibels(value: number): number {
  return 20 * Math.log10(value);
}
