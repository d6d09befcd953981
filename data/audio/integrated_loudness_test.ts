import assert from "node:assert/strict";
import { integratedLoudness } from "./integrated_loudness.ts";

/** A sine of some seconds at some dBFS, one part after the other. */
function sines(
  frequency: number,
  sampleRate: number,
  parts: readonly (readonly [seconds: number, dbfs: number])[],
): Float32Array {
  const length = parts.reduce((sum, [seconds]) => sum + seconds * sampleRate, 0);
  const out = new Float32Array(length);
  let at = 0;
  for (const [seconds, dbfs] of parts) {
    const end = at + seconds * sampleRate;
    for (; at < end; at++) {
      out[at] = 10 ** (dbfs / 20) * Math.sin((2 * Math.PI * frequency * at) / sampleRate);
    }
  }
  return out;
}

Deno.test("integratedLoudness() of a 997 Hz sine at full scale is −3.01 LKFS, at every rate", () => {
  for (const [sampleRate, tolerance] of [[48000, 0.005], [44100, 0.01], [16000, 0.1], [8000, 0.1]] as const) {
    const loudness = integratedLoudness({ sampleRate, channels: [sines(997, sampleRate, [[3, 0]])] });
    assert.ok(Math.abs(loudness + 3.01) < tolerance, `${sampleRate} Hz: ${loudness}`); // BS.1770-4, annex 1, for one front channel
  }
});

Deno.test("integratedLoudness() meets the minimum requirements of EBU Tech 3341, table 1, for stereo", () => {
  const sampleRate = 16000;
  const cases: [expected: number, parts: [number, number][]][] = [
    [-23, [[20, -23]]], // test 1
    [-33, [[20, -33]]], // test 2
    [-23, [[10, -36], [60, -23], [10, -36]]], // test 3: the relative gate
    [-23, [[10, -72], [10, -36], [60, -23], [10, -36], [10, -72]]], // test 4: both gates
    [-23, [[20, -26], [20.1, -20], [20, -26]]], // test 5
  ];
  for (const [expected, parts] of cases) {
    const channel = sines(1000, sampleRate, parts);
    const loudness = integratedLoudness({ sampleRate, channels: [channel, channel] });
    assert.ok(Math.abs(loudness - expected) < 0.1, `${loudness} instead of ${expected}`); // the tolerance of the table
  }
});

Deno.test("integratedLoudness() weighs the channels: EBU Tech 3341, test 6, and the low-frequency one not at all", () => {
  const sampleRate = 16000;
  const [front, centre, surround] = [-28, -24, -30].map((dbfs) => sines(1000, sampleRate, [[20, dbfs]]));
  const five = [front!, front!, centre!, surround!, surround!];
  const six = [front!, front!, centre!, sines(1000, sampleRate, [[20, 0]]), surround!, surround!];
  for (const channels of [five, six]) {
    const loudness = integratedLoudness({ sampleRate, channels });
    assert.ok(Math.abs(loudness + 23) < 0.1, `${loudness}`);
  }
});

Deno.test("integratedLoudness() of silence, and of less than 400 ms, is −∞", () => {
  assert.equal(integratedLoudness({ sampleRate: 16000, channels: [new Float32Array(16000)] }), -Infinity);
  assert.equal(
    integratedLoudness({ sampleRate: 16000, channels: [sines(997, 16000, [[0.399, 0]])] }),
    -Infinity,
  );
  assert.ok(integratedLoudness({ sampleRate: 16000, channels: [sines(997, 16000, [[0.4, 0]])] }) > -4);
});

Deno.test("integratedLoudness() refuses a rate that is too low", () => {
  assert.throws(
    () => integratedLoudness({ sampleRate: 3000, channels: [new Float32Array(9)] }),
    /is 3000 Hz: loudness needs 4000/,
  );
});
