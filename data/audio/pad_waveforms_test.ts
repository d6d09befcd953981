import assert from "node:assert/strict";
import { padWaveforms } from "./pad_waveforms.ts";

Deno.test("padWaveforms() puts silence behind the shorter ones", () => {
  const padded = padWaveforms([Float32Array.of(1, 2), Float32Array.of(3, 4, 5), new Float32Array(0)]);
  assert.deepEqual(padded, {
    samples: Float32Array.of(1, 2, 0, 3, 4, 5, 0, 0, 0), // [3, 3]
    lengths: Int32Array.of(2, 3, 0),
    length: 3,
  });
  assert.equal(padWaveforms([new Float32Array(5)], 4).length, 8);
});

Deno.test("padWaveforms() refuses an empty batch and no multiple", () => {
  assert.throws(() => padWaveforms([]), RangeError);
  assert.throws(() => padWaveforms([new Float32Array(1)], 0), RangeError);
});
