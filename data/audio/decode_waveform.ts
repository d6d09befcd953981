/**
 * Sound files as a model takes them in.
 * @module
 */
import { AudioError } from "./audio_error.ts";
import type { AudioLimits } from "./audio_limits.ts";
import { decodeAudio } from "./decode_audio.ts";
import { mixToMono } from "./mix_to_mono.ts";
import { resample } from "./resample.ts";

/**
 * Decodes a WAV or FLAC file to one channel, the mean of all it has, at one rate.
 * @param bytes The whole file.
 * @param sampleRate The rate wanted, an integer in Hz.
 * @param limits How large the sound may be as it is in the file.
 * @returns [⌈n · sampleRate / the file's rate⌉], 0 samples if the file has none.
 * @throws {AudioError} As `decodeAudio()` says, or if its rate cannot be brought to the one wanted ("encoding").
 * @throws {RangeError} If `sampleRate` is not a positive integer.
 */
export function decodeWaveform(
  bytes: Uint8Array,
  sampleRate: number,
  limits: AudioLimits = {},
): Float32Array {
  if (!(Number.isInteger(sampleRate) && sampleRate >= 1)) {
    throw new RangeError(`Sample rate is ${sampleRate}: give a positive integer, in Hz`);
  }
  const audio = decodeAudio(bytes, limits);
  try {
    return resample(mixToMono(audio), audio.sampleRate, sampleRate);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AudioError(
      "encoding",
      `${audio.sampleRate} Hz cannot be brought to ${sampleRate}: ${error.message}`,
    );
  }
}
