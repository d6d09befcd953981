import assert from "node:assert/strict";
import { cropWaveform } from "./crop_waveform.ts";

const ramp = Float32Array.from({ length: 100 }, (_, i) => i);

Deno.test("cropWaveform() cuts neighbours out, and every place comes equally often", () => {
  const counts = new Array<number>(11).fill(0);
  for (let sample = 0; sample < 11000; sample++) {
    const crop = cropWaveform(ramp, 90, { seed: 1, epoch: 0, sample });
    assert.equal(crop.length, 90);
    assert.equal(crop[89]! - crop[0]!, 89);
    counts[crop[0]!]!++;
  }
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 4 * Math.sqrt(1000), `${counts}`); // 4 standard errors
});

Deno.test("cropWaveform() depends on its address alone, and on every part of it", () => {
  const start = (seed: number, epoch: number, sample: number) =>
    cropWaveform(ramp, 5, { seed, epoch, sample })[0];
  const starts = (f: (i: number) => number | undefined) => Array.from({ length: 8 }, (_, i) => f(i)).join();
  const base = starts((i) => start(i, 0, 0));
  assert.equal(starts((i) => start(i, 0, 0)), base);
  assert.notEqual(starts((i) => start(0, i, 0)), base);
  assert.notEqual(starts((i) => start(0, 0, i)), base);
});

Deno.test("cropWaveform() gives what is short enough as it is, and refuses no length", () => {
  assert.equal(cropWaveform(ramp, 100, { seed: 0, epoch: 0, sample: 0 }), ramp);
  for (const length of [0, -1, 1.5, NaN]) {
    assert.throws(() => cropWaveform(ramp, length, { seed: 0, epoch: 0, sample: 0 }), RangeError);
  }
});
