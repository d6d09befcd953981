/**
 * One channel from several.
 * @module
 */
import type { DecodedAudio } from "./decoded_audio.ts";

/**
 * The mean of all channels [numFrames]; of a single channel, that channel itself, not a copy.
 * @param audio At least one channel.
 */
export function mixToMono({ channels }: DecodedAudio): Float32Array {
  const first = channels[0]!;
  if (channels.length === 1) return first;
  const sum = Float64Array.from(first); // so that the order of the channels does not matter
  for (const channel of channels.slice(1)) {
    for (let i = 0; i < sum.length; i++) sum[i]! += channel[i]!;
  }
  return Float32Array.from(sum, (value) => value / channels.length);
}
