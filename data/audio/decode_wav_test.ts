import assert from "node:assert/strict";
import * as fc from "fast-check";
import { AudioError } from "./audio_error.ts";
import { decodeWav } from "./decode_wav.ts";
import { wavFormat, wavOf16, writeWav } from "./_write_wav.ts";

const failsAt = (check: string) => (error: unknown) => error instanceof AudioError && error.check === check;

Deno.test("decodeWav() divides integers by the largest one's size, and leaves floats", () => {
  const bytesOf = (values: { buffer: ArrayBuffer }) => new Uint8Array(values.buffer);
  const cases: [tag: number, bits: number, bytes: Uint8Array, expected: number[]][] = [
    [1, 8, Uint8Array.of(0, 128, 192, 255), [-1, 0, 0.5, 127 / 128]], // unsigned
    [1, 16, bytesOf(Int16Array.of(-32768, 0, 16384, 1)), [-1, 0, 0.5, 2 ** -15]],
    [1, 24, Uint8Array.of(0, 0, 128, 0, 0, 64, 1, 0, 0, 255, 255, 255), [-1, 0.5, 2 ** -23, -(2 ** -23)]],
    [1, 32, bytesOf(Int32Array.of(-(2 ** 31), 2 ** 30, 0, 128)), [-1, 0.5, 0, 2 ** -24]],
    [3, 32, bytesOf(Float32Array.of(-1.5, 0, 0.25, 1)), [-1.5, 0, 0.25, 1]],
    [3, 64, bytesOf(Float64Array.of(-1.5, 0, 0.25, 1)), [-1.5, 0, 0.25, 1]],
    [6, 8, Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a), [8 / 32768, -8 / 32768, 32256 / 32768, -32256 / 32768]], // G.711, table 1: ±1 and ±4032 of 13 bits
    [7, 8, Uint8Array.of(0xff, 0x7f, 0x80, 0x00), [0, -0, 32124 / 32768, -32124 / 32768]], // table 2: 0 and ±8031 of 14 bits
  ];
  for (const [tag, bits, bytes, expected] of cases) {
    const wav = writeWav([["fmt ", wavFormat(tag, 1, 16000, bits)], ["data", bytes]]);
    const { sampleRate, channels } = decodeWav(wav);
    assert.equal(sampleRate, 16000);
    assert.deepEqual(channels, [Float32Array.from(expected)], `format ${tag}, ${bits} bits`);
  }
});

Deno.test("decodeWav() takes the channels apart", () => {
  const samples = new Uint8Array(Int16Array.of(1, -1, 2, -2, 3, -3).buffer);
  const { channels } = decodeWav(writeWav([["fmt ", wavFormat(1, 2, 8000, 16)], ["data", samples]]));
  assert.deepEqual(channels.map((channel) => Array.from(channel, (v) => v * 32768)), [[1, 2, 3], [
    -1,
    -2,
    -3,
  ]]);
});

Deno.test("decodeWav() gives back any 16-bit samples", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -32768, max: 32767 })), (samples) => {
    const [channel] = decodeWav(wavOf16(samples, 8000)).channels;
    assert.deepEqual(Array.from(channel!, (v) => v * 32768), samples);
  }));
});

Deno.test("decodeWav() reads chunks in any order, of odd length, with and without padding, and passes over others", () => {
  const samples = Uint8Array.of(0, 128, 255); // odd
  const format = wavFormat(1, 1, 8000, 8);
  const junk = Uint8Array.of(1, 2, 3);
  const padded = writeWav([["LIST", junk], ["data", samples], ["odd ", junk], ["fmt ", format], [
    "tail",
    junk,
  ]]);
  assert.equal(decodeWav(padded).channels[0]!.length, 3);
  const at = padded.findIndex((_, i) => padded.subarray(i, i + 4).toString() === "111,100,100,32"); // "odd "
  const unpadded = Uint8Array.from([...padded.subarray(0, at - 1), ...padded.subarray(at)]);
  assert.equal(decodeWav(unpadded).channels[0]!.length, 3);
});

Deno.test("decodeWav() reads an extensible header as its subformat", () => {
  const tail = [0, 0, 0, 0, 16, 0, 128, 0, 0, 170, 0, 56, 155, 113];
  const format = Uint8Array.from([
    ...wavFormat(0xfffe, 1, 8000, 16),
    22,
    0,
    16,
    0,
    4,
    0,
    0,
    0,
    1,
    0,
    ...tail,
  ]);
  const samples = new Uint8Array(Int16Array.of(-32768).buffer);
  assert.deepEqual([...decodeWav(writeWav([["fmt ", format], ["data", samples]])).channels[0]!], [-1]);
  format[30] = 1;
  assert.throws(() => decodeWav(writeWav([["fmt ", format], ["data", samples]])), failsAt("encoding"));
});

Deno.test("decodeWav() reads to the end what was written into a pipe, and RF64 by its long size", () => {
  const wav = wavOf16([1, 2, 3], 8000);
  const view = new DataView(wav.buffer);
  for (const size of [0xffffffff, 0x7fffffff, 0x7ffff000]) { // ffmpeg, others, sox
    view.setUint32(40, size, true);
    assert.equal(decodeWav(wav).channels[0]!.length, 3, `${size}`);
  }
  view.setUint32(4, 0, true);
  view.setUint32(40, 0, true);
  assert.equal(decodeWav(wav).channels[0]!.length, 3);
  view.setUint32(4, 38, true); // a size of 0 in a file that is complete is a size of 0
  assert.equal(decodeWav(wav).channels[0]!.length, 0);

  const sizes = new Uint8Array(BigUint64Array.of(0n, 4n, 2n).buffer); // of the file, the samples' bytes, the samples
  const samples = new Uint8Array(Int16Array.of(5, 6, 7).buffer);
  const long = writeWav([["ds64", sizes], ["fmt ", wavFormat(1, 1, 8000, 16)], ["data", samples]]);
  long.set([0x52, 0x46, 0x36, 0x34]); // "RF64"
  assert.equal(decodeWav(long).channels[0]!.length, 2);
});

Deno.test("decodeWav() refuses what contradicts itself", () => {
  const samples = new Uint8Array(4);
  const wavWith = (format: Uint8Array, body = samples) => writeWav([["fmt ", format], ["data", body]]);
  const edited = (at: number, value: number) => {
    const format = wavFormat(1, 1, 8000, 16);
    new DataView(format.buffer).setUint16(at, value, true);
    return wavWith(format);
  };
  const cases: [check: string, bytes: Uint8Array][] = [
    ["format", new Uint8Array(0)],
    ["format", new TextEncoder().encode("RIFF    AVI ")],
    ["header", writeWav([])],
    ["header", writeWav([["data", samples]])],
    ["header", writeWav([["fmt ", wavFormat(1, 1, 8000, 16)]])],
    ["header", wavWith(new Uint8Array(14))],
    ["header", edited(2, 0)], // no channels
    ["header", edited(2, 65535)],
    ["header", wavWith(wavFormat(1, 1, 0, 16))],
    ["header", edited(14, 17)], // 17 bits in 2 bytes
    ["header", wavWith(wavFormat(0xfffe, 1, 8000, 16))], // extensible without the extension
    ["encoding", wavWith(wavFormat(2, 1, 8000, 16))], // ADPCM
    ["encoding", wavWith(wavFormat(3, 1, 8000, 16))], // half floats
    ["length", wavOf16([1, 2, 3], 8000).subarray(0, 48)], // the last sample is cut off
    ["length", wavWith(wavFormat(1, 2, 8000, 16), new Uint8Array(6))], // one frame and a half
    ["finite", wavWith(wavFormat(3, 1, 8000, 32), new Uint8Array(Float32Array.of(0, NaN).buffer))],
  ];
  for (const [check, bytes] of cases) {
    assert.throws(() => decodeWav(bytes), failsAt(check), `${check} ${bytes}`);
  }
});

Deno.test("decodeWav() refuses what is longer or larger than its limits", () => {
  const wav = wavOf16([1, 2, 3, 4], 2);
  assert.equal(decodeWav(wav, { maxSeconds: 2, maxSamples: 4 }).channels[0]!.length, 4);
  assert.throws(() => decodeWav(wav, { maxSeconds: 1.9 }), /lasts 2\.0 s or longer, maxSeconds is 1\.9/);
  assert.throws(() => decodeWav(wav, { maxSamples: 3 }), /has 4 samples or more, maxSamples is 3/);
});

Deno.test("decodeWav() meets any damage to its header with samples or an AudioError", () => {
  const wav = writeWav([["LIST", Uint8Array.of(1, 2, 3)], ["fmt ", wavFormat(1, 2, 8000, 16)], [
    "data",
    new Uint8Array(64),
  ]]);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      fc.nat(wav.length),
      (edits, length) => {
        const damaged = wav.slice();
        for (const [at, value] of edits) damaged[at] = value;
        for (const bytes of [damaged, damaged.subarray(0, length)]) {
          try {
            assert.ok(decodeWav(bytes).channels.length >= 1);
          } catch (error) {
            assert.ok(error instanceof AudioError, String(error));
          }
        }
      },
    ),
    { numRuns: 1000 },
  );
});
