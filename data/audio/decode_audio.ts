/**
 * Sound files of every kind that is read.
 * @module
 */
import { AudioError } from "./audio_error.ts";
import type { AudioLimits } from "./audio_limits.ts";
import { decodeFlac } from "./decode_flac.ts";
import { decodeWav } from "./decode_wav.ts";
import type { DecodedAudio } from "./decoded_audio.ts";

/** How other kinds of sound files begin, for the message. */
const otherKinds: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["Ogg", /^OggS/],
  ["MP3", /^(ID3|\xff[\xe2-\xff])/],
  ["AIFF", /^FORM....AIF/s],
  ["MP4", /^....ftyp/s],
  ["big-endian WAV", /^RIFX/],
];

/**
 * Decodes a WAV or FLAC file, by how it begins and not by its name.
 * @param bytes The whole file.
 * @param limits How large the sound may be.
 * @throws {AudioError} If it is neither ("format"), or as `decodeWav()` and `decodeFlac()` say.
 */
export function decodeAudio(bytes: Uint8Array, limits: AudioLimits = {}): DecodedAudio {
  const start = String.fromCharCode(...bytes.subarray(0, 12));
  if (/^(RIFF|RF64)/.test(start)) return decodeWav(bytes, limits);
  if (start.startsWith("fLaC") || (start.startsWith("ID3") && isTaggedFlac(bytes))) {
    return decodeFlac(bytes, limits);
  }
  const kind = otherKinds.find(([, pattern]) => pattern.test(start))?.[0];
  throw new AudioError(
    "format",
    bytes.length === 0
      ? "it is empty"
      : `${
        kind ? `it is ${kind},` : "it is"
      } neither WAV nor FLAC: convert it, such as with \`ffmpeg -i in -ar 16000 out.flac\``,
  );
}

/** Whether FLAC stands behind the ID3 tag, whose length is in 4 bytes of 7 bits. */
function isTaggedFlac(bytes: Uint8Array): boolean {
  const end = 10 + bytes.subarray(6, 10).reduce((size, byte) => size * 128 + (byte & 127), 0);
  return String.fromCharCode(...bytes.subarray(end, end + 4)) === "fLaC";
}
