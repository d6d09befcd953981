import assert from "node:assert/strict";
import { AudioError } from "./audio_error.ts";
import { decodeAudio } from "./decode_audio.ts";
import { writeFlac } from "./_write_flac.ts";
import { wavOf16 } from "./_write_wav.ts";

Deno.test("decodeAudio() tells WAV and FLAC by how they begin, also behind an ID3 tag", () => {
  const flac = writeFlac({ channels: [[1, 2]] });
  const tagged = Uint8Array.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 1, 9, ...flac]);
  for (const bytes of [wavOf16([1, 2], 8000), flac, tagged]) {
    assert.deepEqual(decodeAudio(bytes), {
      sampleRate: 8000,
      channels: [Float32Array.of(2 ** -15, 2 ** -14)],
    });
  }
});

Deno.test("decodeAudio() names the kind of what it does not read", () => {
  const cases: [start: string, message: RegExp][] = [
    ["", /it is empty$/],
    ["OggS", /it is Ogg, neither WAV nor FLAC: convert it/],
    ["ID3\x04\0\0\0\0\0\0\xff\xfb", /it is MP3/],
    ["\xff\xfb\x90\x64", /it is MP3/],
    ["FORM\0\0\0\0AIFF", /it is AIFF/],
    ["RIFX", /it is big-endian WAV/],
    ["hello", /it is neither WAV nor FLAC/],
  ];
  for (const [start, message] of cases) {
    const bytes = Uint8Array.from(start, (letter) => letter.charCodeAt(0));
    assert.throws(
      () => decodeAudio(bytes),
      (error) => error instanceof AudioError && message.test(error.message),
      start,
    );
  }
});

Deno.test("decodeAudio() keeps to its limits for both kinds", () => {
  for (const bytes of [wavOf16([1, 2], 8000), writeFlac({ channels: [[1, 2]] })]) {
    assert.throws(() => decodeAudio(bytes, { maxSamples: 1 }), { check: "limit" });
  }
});
