import assert from "node:assert/strict";
import { mixToMono } from "./mix_to_mono.ts";

Deno.test("mixToMono() is the mean of the channels, and a single channel itself", () => {
  const channels = [Float32Array.of(1, 0.5), Float32Array.of(0, -0.5), Float32Array.of(0.5, 0.75)];
  assert.deepEqual(mixToMono({ sampleRate: 1, channels }), Float32Array.of(0.5, 0.25));
  assert.equal(mixToMono({ sampleRate: 1, channels: channels.slice(0, 1) }), channels[0]);
});
