/**
 * How much memory a sound may take.
 * @module
 */
import { AudioError } from "./audio_error.ts";

/** A few kilobytes of FLAC can decode to gigabytes of silence: what is larger than this is refused, before it takes the memory. */
export type AudioLimits = {
  /** Longest duration, in seconds; 600 by default. */
  readonly maxSeconds?: number;
  /** Most samples of all channels together; 2²⁶ by default, which is 256 MiB. */
  readonly maxSamples?: number;
};

/**
 * Refuses a sound that is longer or larger than its limits.
 * @param numFrames Samples of each channel.
 * @param numChannels C.
 * @param sampleRate In Hz.
 * @param limits What is allowed.
 * @throws {AudioError} If it is more ("limit").
 */
export function checkAudioLimits(
  numFrames: number,
  numChannels: number,
  sampleRate: number,
  { maxSeconds = 600, maxSamples = 2 ** 26 }: AudioLimits = {},
): void {
  const seconds = numFrames / sampleRate;
  if (seconds > maxSeconds) {
    throw new AudioError(
      "limit",
      `it lasts ${
        seconds.toFixed(1)
      } s or longer, maxSeconds is ${maxSeconds}: cut it into pieces, or raise the limit`,
    );
  }
  if (numFrames * numChannels > maxSamples) {
    throw new AudioError(
      "limit",
      `it has ${
        numFrames * numChannels
      } samples or more, maxSamples is ${maxSamples}: cut it into pieces, or raise the limit`,
    );
  }
}
