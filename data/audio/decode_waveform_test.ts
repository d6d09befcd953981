import assert from "node:assert/strict";
import { decodeWaveform } from "./decode_waveform.ts";
import { resample } from "./resample.ts";
import { writeFlac } from "./_write_flac.ts";
import { wavOf16 } from "./_write_wav.ts";

Deno.test("decodeWaveform() decodes, mixes and resamples", () => {
  const flac = writeFlac({ channels: [[16384, 0, 8192], [0, 0, 8192]], sampleRate: 8000 });
  const mono = Float32Array.of(0.25, 0, 0.25);
  assert.deepEqual(decodeWaveform(flac, 8000), mono);
  assert.deepEqual(decodeWaveform(flac, 16000), resample(mono, 8000, 16000));
  assert.equal(decodeWaveform(wavOf16([], 8000), 16000).length, 0);
});

Deno.test("decodeWaveform() says of a strange rate that it is the file's fault, and of a wrong one that it is the caller's", () => {
  const strange = wavOf16([1, 2], 4_294_967_291); // a prime
  assert.throws(() => decodeWaveform(strange, 16000), { name: "AudioError", check: "encoding" });
  assert.throws(() => decodeWaveform(wavOf16([1], 8000), 0.5), RangeError);
  assert.throws(() => decodeWaveform(new Uint8Array(9), 16000), { name: "AudioError", check: "format" });
});
