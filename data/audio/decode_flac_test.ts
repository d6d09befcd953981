import assert from "node:assert/strict";
import * as fc from "fast-check";
import { AudioError } from "./audio_error.ts";
import { crc16 } from "./_crc.ts";
import { decodeFlac } from "./decode_flac.ts";
import { writeFlac } from "./_write_flac.ts";

const failsAt = (check: string) => (error: unknown) => error instanceof AudioError && error.check === check;

/** Two channels of 700 samples by `flac -8 -b 256` 1.4.2: linear prediction, joint stereo, several Rice parameters. */
const reference = Uint8Array.fromBase64(`
ZkxhQ4AAACIBAAEAAACRAADJAfQC8AAAArxGUm6fS/KCndslMr1ht3nk//iEiAA0FgAAAJUBKgRNXTL61NIxGWmXUtaqWkyqWVpZ
MTRNRNE1Ky1qkxGWrWuXWrk5daautNWGlpfZEInYQQ0pSROU+U5pmksIhSkiGlC5SmlNKbyJpSJ3IzEIlkW/+cAAwAJ4AnbcMvSR
KFVzh36kUKJLT44yMskkEwrX+aeskiSJa2Qc7tFiKKl+80+SURJa5uZr4okhMXe5uclIUSSdOGQ0xMkSFku4407KKEkWtHx95ZJC
iyaNG560khYstrGj5kCBtf/4hIgBMxYBKAFkAaAEBy0IylyIRCoXkQ2ehSwiZZ8sInLOkiSy5uYhiSoRNKWhUpECCUIlkWXkYmuX
Jl2WmqXlMrlaqkxGVqk0piayaTLly1crWtXKYjS6rJxOlppNaroWAEyAKQAVoAqCyyf+d9FEUSlz4dOSiQsVJz99aRIoVV5kHIyy
SQlonxx3yxRIlZGj8yGTCZEWJMnGjd6WJJC1fPO7KgsSi6NDo5ZYULImo7O+xaCxSk7Of1EohZVONDuYskUSWmwDWv/4ZIgCu+oU
APUBDAAixiwaKiqKjFGMYxsSO0vykpMyTJJMJhMJJJJJMMMmYUKT5TS6RK61axrGNjViRtSPUpafKZRYAMoAfgBKADNNFkSLFOm4
7qKCYUTL3H2yokRSVz9/WSKIomo5w15MKgpK0/OdaSEwVlfv3dFCwqLo7PuixJCYRk57aaZFEiiujjtgIpE=
`);

Deno.test("decodeFlac() gives what the reference encoder was given: its MD5 agrees", () => {
  const { sampleRate, channels } = decodeFlac(reference);
  assert.equal(sampleRate, 8000);
  assert.deepEqual(channels.map(({ length }) => length), [700, 700]);
  for (const t of [0, 31, 299, 699]) { // the formula that the file was made by, rounded to 16 bits
    const left = Math.round(3000 * Math.sin(t * 0.05) * Math.exp(-t / 300));
    assert.equal(channels[0]![t]! * 32768, left);
    assert.equal(channels[1]![t]! * 32768, Math.round(left * 0.6 + 50 * Math.cos(t * 0.31)));
  }
});

Deno.test("decodeFlac() gives back what was written, in every coding", () => {
  const codings = ["verbatim", "fixed0", "fixed1", "fixed2", "fixed3", "fixed4", "escaped"] as const;
  fc.assert(fc.property(
    fc.array(fc.tuple(...Array(2).fill(fc.integer({ min: -2000, max: 2000 }))), {
      minLength: 5,
      maxLength: 60,
    }),
    fc.constantFrom(...codings),
    fc.constantFrom(1 as const, 8 as const, 9 as const, 10 as const),
    fc.constantFrom(12, 16, 20, 24),
    (frames, coding, stereo, bitsPerSample) => {
      const channels = [frames.map(([left]) => left as number), frames.map(([, right]) => right as number)];
      const blockSize = frames.length % 16 >= 1 && frames.length % 16 < 5 ? 60 : 16; // no last block shorter than a prediction
      const decoded = decodeFlac(writeFlac({ channels, coding, stereo, bitsPerSample, blockSize }));
      const scale = 2 ** (bitsPerSample - 1);
      assert.deepEqual(decoded.channels.map((channel) => Array.from(channel, (v) => v * scale)), channels);
    },
  ));
});

Deno.test("decodeFlac() gives back constants, zeros at the end of samples, extremes, and eight channels", () => {
  const constant = decodeFlac(writeFlac({ channels: [Array(40).fill(-8192)], coding: "constant" }));
  assert.deepEqual(constant.channels, [new Float32Array(40).fill(-0.25)]);
  const wasted = decodeFlac(writeFlac({ channels: [[256, -512, 0, 768]], coding: "fixed1", wasted: 8 }));
  assert.deepEqual(Array.from(wasted.channels[0]!, (v) => v * 32768), [256, -512, 0, 768]);
  const extremes = [-(2 ** 23), 2 ** 23 - 1, 0, -(2 ** 23)];
  const wide = decodeFlac(
    writeFlac({ channels: [extremes, [...extremes].reverse()], bitsPerSample: 24, stereo: 10 }),
  );
  assert.deepEqual(Array.from(wide.channels[0]!, (v) => v * 2 ** 23), extremes);
  const eight = Array.from({ length: 8 }, (_, c) => [c, -c]);
  const many = decodeFlac(writeFlac({ channels: eight }));
  assert.deepEqual(
    many.channels.map((channel) => Array.from(channel, (v) => v * 32768 + 0)),
    eight.map(([c]) => [c, 0 - c!]),
  );
});

Deno.test("decodeFlac() passes over an ID3 tag, and reads to the end what does not say how long it is", () => {
  const flac = writeFlac({ channels: [[1, 2, 3]], says: { numFrames: 0, md5: Array(16).fill(0) } });
  const tagged = Uint8Array.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 0, 3, 9, 9, 9, ...flac]);
  assert.equal(decodeFlac(tagged).channels[0]!.length, 3);
});

Deno.test("decodeFlac() takes no damaged file for whole: every single flip of the reference file's bits", () => {
  const expected = decodeFlac(reference);
  for (let bit = 0; bit < reference.length * 8; bit++) {
    const damaged = reference.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    let decoded;
    try {
      decoded = decodeFlac(damaged);
    } catch (error) {
      assert.ok(error instanceof AudioError, `bit ${bit}: ${error}`);
      continue;
    }
    assert.deepEqual(decoded.channels, expected.channels, `bit ${bit}`); // in what says nothing of the samples
  }
});

Deno.test("decodeFlac() meets any damage behind right checksums with samples or an AudioError", () => {
  const silentMd5 = { numFrames: 0, md5: Array(16).fill(0) };
  const codings = ["verbatim", "fixed2", "fixed4", "escaped", "constant"] as const;
  const channels = [Array.from({ length: 60 }, (_, i) => i * i), Array(60).fill(5)];
  fc.assert(
    fc.property(
      fc.constantFrom(...codings),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 }),
      (coding, edits) => {
        const flac = writeFlac({ channels, coding, blockSize: 60, says: silentMd5 }); // one frame, from byte 42 on
        for (const [at, value] of edits) flac[42 + 8 + at % (flac.length - 42 - 10)] = value; // behind its header of 8
        const crc = crc16(flac.subarray(42, -2));
        flac.set([crc >> 8, crc & 255], flac.length - 2);
        try {
          const { channels: decoded } = decodeFlac(flac, { maxSamples: 1e6 });
          assert.equal(decoded.length, 2);
        } catch (error) {
          assert.ok(error instanceof AudioError, String(error));
        }
      },
    ),
    { numRuns: 1000 },
  );
});

Deno.test("decodeFlac() takes no file for whole that ends too early", () => {
  for (let length = 0; length < reference.length; length++) {
    assert.throws(() => decodeFlac(reference.subarray(0, length)), AudioError, `${length} bytes`);
  }
});

Deno.test("decodeFlac() names what is wrong", () => {
  const channels = [Array.from({ length: 48 }, (_, i) => i)];
  const whole = writeFlac({ channels });
  const frameBytes = (whole.length - 42) / 3;
  const without = (frame: number) =>
    Uint8Array.from([
      ...whole.subarray(0, 42 + frame * frameBytes),
      ...whole.subarray(42 + (frame + 1) * frameBytes),
    ]);
  assert.throws(() => decodeFlac(new Uint8Array(100)), failsAt("format"));
  assert.throws(() => decodeFlac(without(1)), /begins with sample 32, not with 16: some are missing/);
  assert.throws(() => decodeFlac(without(2)), /ends after 32 of 48 samples/);
  assert.throws(
    () => decodeFlac(writeFlac({ channels, says: { numFrames: 40 } })),
    /has 48 samples, its header says 40/,
  );
  assert.throws(
    () => decodeFlac(writeFlac({ channels, says: { md5: Array(16).fill(7) } })),
    /MD5 .* its header says 0707/,
  );
  assert.throws(
    () => decodeFlac(writeFlac({ channels, bitsPerSample: 32 })),
    /32 bits a sample are not read/,
  );
  assert.throws(() => decodeFlac(writeFlac({ channels, sampleRate: 0 })), /sample rate is 0 Hz/);
});

Deno.test("decodeFlac() stops at its limits, whatever the header says", () => {
  const bomb = { channels: [Array(48000).fill(0)], coding: "constant", blockSize: 480 } as const;
  const told = writeFlac(bomb);
  const untold = writeFlac({ ...bomb, says: { numFrames: 0 } });
  assert.ok(told.length < 2000); // for 192,000 bytes of samples
  for (const flac of [told, untold]) {
    assert.throws(() => decodeFlac(flac, { maxSamples: 40000 }), failsAt("limit"));
    assert.throws(() => decodeFlac(flac, { maxSeconds: 5 }), failsAt("limit"));
    assert.equal(decodeFlac(flac).channels[0]!.length, 48000);
  }
});

Deno.test({
  name: "decodeFlac() agrees with the reference decoder on its encoder's files",
  ignore: !isInstalled("flac"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const raw = Int16Array.from(
      { length: 20000 },
      (_, i) => 8000 * Math.sin(i * i * 1e-5) + ((i * 7919) % 211),
    );
    await Deno.writeFile(`${folder}/a.raw`, new Uint8Array(raw.buffer));
    const format = ["--endian=little", "--sign=signed", "--channels=2", "--bps=16", "--sample-rate=16000"];
    for (const level of ["-0", "-5", "-8", "-8 -e -p", "-5 -r 0,8 -b 4096", "-8 -l 32 --lax"]) {
      const args = [
        ...level.split(" "),
        "--silent",
        "--force",
        ...format,
        `${folder}/a.raw`,
        "-o",
        `${folder}/a.flac`,
      ];
      const { success } = await new Deno.Command("flac", { args }).output();
      assert.ok(success);
      const { channels } = decodeFlac(await Deno.readFile(`${folder}/a.flac`));
      assert.deepEqual(
        Array.from(channels[0]!, (v) => v * 32768),
        Array.from(raw.filter((_, i) => i % 2 === 0)),
        level,
      );
      assert.deepEqual(
        Array.from(channels[1]!, (v) => v * 32768),
        Array.from(raw.filter((_, i) => i % 2 === 1)),
        level,
      );
    }
    await Deno.remove(folder, { recursive: true });
  },
});

function isInstalled(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
}
