import assert from "node:assert/strict";
import * as fc from "fast-check";
import { resample } from "./resample.ts";

const sine = (frequency: number, rate: number, length: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin((2 * Math.PI * frequency * i) / rate));

/** Amplitude of the best-fitting sine of a frequency, and of what is left without it, in dB; the ends do not count. */
function analyse(samples: Float32Array, frequency: number, rate: number): { tone: number; rest: number } {
  const numPeriods = Math.floor(((samples.length / 2) * frequency) / rate);
  const length = Math.round((numPeriods * rate) / frequency);
  const start = Math.floor((samples.length - length) / 2);
  let [a, b, energy] = [0, 0, 0];
  for (let i = start; i < start + length; i++) {
    const phase = (2 * Math.PI * frequency * i) / rate;
    a += (2 / length) * samples[i]! * Math.cos(phase);
    b += (2 / length) * samples[i]! * Math.sin(phase);
  }
  for (let i = start; i < start + length; i++) {
    const phase = (2 * Math.PI * frequency * i) / rate;
    energy += (samples[i]! - a * Math.cos(phase) - b * Math.sin(phase)) ** 2;
  }
  return { tone: 20 * Math.log10(Math.hypot(a, b)), rest: 10 * Math.log10((2 * energy) / length) };
}

Deno.test("resample() agrees with scipy.signal.resample_poly under scipy's own Kaiser-windowed sinc", () => {
  // h = firwin(2 * half + 1, 0.95 * stop, window=("kaiser", 0.1102 * (100 - 8.7)), fs=1), half = ⌈92.05 / (4.57 π · 0.1 stop) / 2⌉,
  // stop = 0.5 / max(up, down); resample_poly(x, up, down, window=h) at the indices 0, 1, 50, 99, 100 and the last
  const chirp = Float32Array.from({ length: 400 }, (_, i) => Math.sin(0.002 * i * i));
  const cases: [from: number, to: number, length: number, expected: number[]][] = [
    [44100, 16000, 146, [3.9e-7, 0.01502107, 0.28009335, -0.42653506, 0.33650233, -0.1013262]],
    [8000, 16000, 800, [4.7e-7, 0.00056915, 0.94898429, -0.98235937, -0.9589236, -0.56608662]],
    [16000, 22050, 552, [3.4e-7, 0.00109232, 0.48725636, -0.78099252, -0.8938286, -0.21167966]],
  ];
  for (const [from, to, length, expected] of cases) {
    const out = resample(chirp, from, to);
    assert.equal(out.length, length);
    for (const [k, index] of [0, 1, 50, 99, 100, length - 1].entries()) {
      assert.ok(Math.abs(out[index]! - expected[k]!) < 2e-7, `${from} → ${to}, ${index}`); // float32 taps and samples
    }
  }
});

Deno.test("resample() keeps a tone in the passband to 0.001 dB and adds nothing above −100 dB", () => {
  for (
    const [from, to] of [[44100, 16000], [48000, 16000], [8000, 16000], [22050, 16000], [
      16000,
      44100,
    ]] as const
  ) {
    for (const share of [0.05, 0.3, 0.6, 0.89]) {
      const frequency = Math.round((share * Math.min(from, to)) / 2 / 10) * 10; // whole periods in a tenth of a second
      const { tone, rest } = analyse(resample(sine(frequency, from, from), from, to), frequency, to);
      assert.ok(Math.abs(tone) < 0.001, `${from} → ${to}: ${frequency} Hz has ${tone} dB`);
      assert.ok(rest < -100, `${from} → ${to}: ${frequency} Hz leaves ${rest} dB`);
    }
  }
});

Deno.test("resample() stops by 100 dB what would alias", () => {
  for (const frequency of [8000, 8500, 12000, 20000]) { // all of it would fold below 8 kHz
    const out = resample(sine(frequency, 44100, 44100), 44100, 16000);
    const middle = out.subarray(4000, 12000);
    const power = middle.reduce((sum, value) => sum + value * value, 0) / middle.length;
    assert.ok(10 * Math.log10(2 * power) < -100, `${frequency} Hz: ${10 * Math.log10(2 * power)} dB`);
  }
});

Deno.test("resample() takes the quality asked for", () => {
  const rest = (attenuation: number) =>
    analyse(resample(sine(1000, 48000, 48000), 48000, 16000, { attenuation }), 1000, 16000).rest;
  assert.ok(rest(40) < -40 && rest(120) < -120, `${rest(40)} ${rest(120)}`);
  const gain = (passband: number) =>
    analyse(resample(sine(7600, 48000, 48000), 48000, 16000, { passband }), 7600, 16000).tone;
  assert.ok(gain(0.9) < -0.1 && Math.abs(gain(0.96)) < 0.001, `${gain(0.9)} ${gain(0.96)}`); // 7,600 Hz is 0.95 of half the rate
});

Deno.test("resample() is linear, and ⌈n · to / from⌉ long", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -100, max: 100 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 60 }),
      (values, from, to) => {
        const samples = Float32Array.from(values);
        const once = resample(samples, from, to);
        assert.equal(once.length, Math.ceil((values.length * to) / from));
        assert.deepEqual(resample(samples.map((v) => 2 * v), from, to), once.map((v) => 2 * v)); // a power of two is exact
      },
    ),
    { numRuns: 50 },
  );
});

Deno.test("resample() at the same rate gives the samples themselves", () => {
  const samples = Float32Array.of(1, 2);
  assert.equal(resample(samples, 16000, 16000), samples);
});

Deno.test("resample() refuses what it cannot do", () => {
  const samples = new Float32Array(4);
  for (const rate of [0, -1, 0.5, NaN, Infinity]) {
    assert.throws(() => resample(samples, rate, 16000), RangeError);
    assert.throws(() => resample(samples, 16000, rate), RangeError);
  }
  assert.throws(() => resample(samples, 3, 2, { passband: 1 }), /passband is 1/);
  assert.throws(() => resample(samples, 3, 2, { attenuation: 200 }), /attenuation is 200 dB/);
  assert.throws(() => resample(samples, 999983, 999979), /choose rates with a larger common divisor/); // both prime
});
