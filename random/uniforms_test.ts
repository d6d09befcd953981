import assert from "node:assert/strict";
import fc from "fast-check";
import { stream } from "./stream.ts";
import { uniform } from "./uniform.ts";
import { uniforms } from "./uniforms.ts";

Deno.test("uniforms() are uniform() at 0…n − 1, for every n and seed", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 33 }), fc.integer(), (n, seed) => {
    const prng = stream({ seed, name: "bulk" });
    assert.deepEqual([...uniforms(n, prng)], Array.from({ length: n }, (_, index) => uniform(prng, index)));
  }));
});

Deno.test("uniforms() fill 256 bins of [0, 1) evenly", () => {
  const n = 2 ** 18;
  const counts = new Float64Array(256);
  for (const value of uniforms(n, stream({ seed: 0, name: "bins" }))) counts[Math.floor(256 * value)]!++;
  const expected = n / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  assert.ok(Math.abs(chiSquare - 255) < 4 * Math.sqrt(2 * 255), `${chiSquare}`); // 255 degrees: mean 255, variance 510
});

Deno.test("uniforms() have the mean 1/2 and the variance 1/12", () => {
  const n = 2 ** 18;
  const values = uniforms(n, stream({ seed: 1, name: "moments" }));
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - 0.5) ** 2, 0) / n;
  assert.ok(Math.abs(mean - 1 / 2) < 4 * Math.sqrt(1 / 12 / n), `${mean}`); // 4 standard errors
  assert.ok(Math.abs(variance - 1 / 12) < 4 * Math.sqrt(1 / 180 / n), `${variance}`); // E(u − ½)⁴ − 1/144 = 1/180
});

Deno.test("uniforms() refuse a number of draws that is none", () => {
  const prng = stream({ seed: 0, name: "none" });
  for (const n of [-1, 0.5, NaN, 2 ** 31]) assert.throws(() => uniforms(n, prng), RangeError);
});
