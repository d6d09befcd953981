import assert from "node:assert/strict";
import { standardize } from "./standardize.ts";

Deno.test("standardize() takes the mean away and divides by the deviation", () => {
  const out = standardize(Float32Array.of(1, 3, 5, 7)); // mean 4, variance (9 + 1 + 1 + 9) / 4 = 5
  const expected = [-3, -1, 1, 3].map((d) => d / Math.sqrt(5 + 1e-5));
  out.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-7)); // float32
});

Deno.test("standardize() leaves silence at 0, and nothing nothing", () => {
  assert.deepEqual(standardize(new Float32Array(3).fill(0.5)), new Float32Array(3));
  assert.deepEqual(standardize(new Float32Array(0)), new Float32Array(0));
});
