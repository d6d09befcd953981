/**
 * FLAC files.
 * @module
 */
import { createHash } from "node:crypto";
import { AudioError } from "./audio_error.ts";
import { type AudioLimits, checkAudioLimits } from "./audio_limits.ts";
import { BitReader } from "./_bit_reader.ts";
import type { DecodedAudio } from "./decoded_audio.ts";
import { readFlacFrame } from "./_flac_frame.ts";
import { type FlacStreamInfo, flacStreamInfo } from "./_flac_stream_info.ts";

const mostBytes = 2 ** 28 - 1; // so that a bit's number is a 31-bit integer
const unknownMd5 = "0".repeat(32);

/**
 * Decodes a FLAC file of up to 24 bits a sample, exactly: an integer of n bits is divided by 2ⁿ⁻¹. Every check that the file
 * carries is made: that of each header and frame, the numbers of the frames, the number of samples, and MD5 over all of them.
 * @param bytes The whole file; an ID3 tag may stand before it.
 * @param limits How large the sound may be, whatever the file says.
 * @throws {AudioError} If it is no FLAC file, is damaged or cut, has more than 24 bits, or is too large.
 * @see RFC 9639
 */
export function decodeFlac(bytes: Uint8Array, limits: AudioLimits = {}): DecodedAudio {
  if (bytes.length > mostBytes) {
    throw new AudioError("limit", `it has ${bytes.length} bytes, at most ${mostBytes} are read`);
  }
  const info = flacStreamInfo(bytes);
  checkAudioLimits(info.numFrames, info.numChannels, info.sampleRate, limits);
  const reader = new BitReader(bytes, info.firstFrame);
  const blocks = Array.from({ length: info.numChannels }, () => new Int32Array(2 ** 16));
  let channels = blocks.map(() => new Float32Array(firstCapacity(info, bytes.length)));
  const md5 = createHash("md5");
  let numFrames = 0;
  while (info.numFrames === 0 ? !reader.ended : numFrames < info.numFrames) {
    if (reader.ended) {
      throw new AudioError("length", `it ends after ${numFrames} of ${info.numFrames} samples`);
    }
    const size = readFlacFrame(reader, info, numFrames, blocks);
    checkAudioLimits(numFrames + size, info.numChannels, info.sampleRate, limits);
    if (numFrames + size > channels[0]!.length) channels = channels.map(grow);
    for (const [c, block] of blocks.entries()) {
      scaleInto(channels[c]!, numFrames, block, size, 2 ** (1 - info.bitsPerSample));
    }
    md5.update(interleave(blocks, size, Math.ceil(info.bitsPerSample / 8)));
    numFrames += size;
  }
  checkWhole(info, numFrames, md5.digest("hex"));
  return { sampleRate: info.sampleRate, channels: channels.map((channel) => channel.slice(0, numFrames)) };
}

/** As many samples as the file says, but no more than it is likely to hold: it may lie. */
function firstCapacity({ numFrames, numChannels }: FlacStreamInfo, numBytes: number): number {
  const likely = Math.max(2 ** 16, Math.ceil((4 * numBytes) / numChannels));
  return numFrames === 0 ? likely : Math.min(numFrames, likely);
}

function grow(channel: Float32Array): Float32Array<ArrayBuffer> {
  const larger = new Float32Array(2 * channel.length + 2 ** 16);
  larger.set(channel);
  return larger;
}

function scaleInto(
  channel: Float32Array,
  from: number,
  block: Int32Array,
  size: number,
  scale: number,
): void {
  for (let i = 0; i < size; i++) channel[from + i] = block[i]! * scale;
}

/** The samples as the file's MD5 is taken of them: channel by channel, the least significant byte first. */
function interleave(blocks: readonly Int32Array[], size: number, width: number): Uint8Array {
  const bytes = new Uint8Array(size * blocks.length * width);
  const stride = blocks.length * width;
  for (const [c, block] of blocks.entries()) {
    for (let i = 0, at = c * width; i < size; i++, at += stride) {
      const value = block[i]!;
      bytes[at] = value;
      if (width > 1) bytes[at + 1] = value >> 8;
      if (width > 2) bytes[at + 2] = value >> 16;
    }
  }
  return bytes;
}

function checkWhole(info: FlacStreamInfo, numFrames: number, md5: string): void {
  if (info.numFrames !== 0 && numFrames !== info.numFrames) {
    throw new AudioError("length", `it has ${numFrames} samples, its header says ${info.numFrames}`);
  }
  if (info.md5 !== unknownMd5 && info.md5 !== md5) {
    throw new AudioError("checksum", `the MD5 of its samples is ${md5}, its header says ${info.md5}`);
  }
}
