import assert from "node:assert/strict";
import { integratedLoudness } from "./integrated_loudness.ts";
import { normalizeLevel } from "./normalize_level.ts";
import { peak } from "./peak.ts";
import { rootMeanSquare } from "./root_mean_square.ts";

const sampleRate = 16000;
const tone = Float32Array.from(
  { length: sampleRate },
  (_, i) => 0.01 * Math.sin((2 * Math.PI * 500 * i) / sampleRate),
);
const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4, `${a} is not ${b}`); // float32 samples

Deno.test("normalizeLevel() gives the level asked for, by each measure", () => {
  near(20 * Math.log10(peak(normalizeLevel(tone, { peak: -1 }))), -1);
  near(20 * Math.log10(rootMeanSquare(normalizeLevel(tone, { rms: -20 }))), -20);
  const loud = normalizeLevel(tone, { loudness: -23, sampleRate });
  near(integratedLoudness({ sampleRate, channels: [loud] }), -23);
});

Deno.test("normalizeLevel() stops where the first sample reaches full scale", () => {
  near(peak(normalizeLevel(tone, { rms: 3 })), 1);
  const clipped = tone.map((value) => value * 200); // reaches 2 already
  near(peak(normalizeLevel(clipped, { rms: 20 })), 2);
  near(20 * Math.log10(peak(normalizeLevel(tone, { peak: 6 }))), 6); // asked for
});

Deno.test("normalizeLevel() leaves silence, and refuses no number", () => {
  assert.deepEqual(normalizeLevel(new Float32Array(3), { rms: -20 }), new Float32Array(3));
  assert.throws(() => normalizeLevel(tone, { peak: NaN }), RangeError);
});
