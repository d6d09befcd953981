import assert from "node:assert/strict";
import fc from "fast-check";
import { normal } from "./normal.ts";
import { normals } from "./normals.ts";
import { stream } from "./stream.ts";

Deno.test("normals() are normal() at 0…n − 1, for every n and seed", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 33 }), fc.integer(), (n, seed) => {
    const prng = stream({ seed, name: "bulk" });
    assert.deepEqual([...normals(n, prng)], Array.from({ length: n }, (_, index) => normal(prng, index)));
  }));
});

Deno.test("normals() have the first four moments 0, 1, 0 and 3", () => {
  const n = 2 ** 18;
  const values = normals(n, stream({ seed: 0, name: "moments" }));
  const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / n;
  const within = (standardErrors: number, variance: number) => standardErrors * Math.sqrt(variance / n);
  assert.ok(Math.abs(moment(1)) < within(4, 1)); // Var z = 1
  assert.ok(Math.abs(moment(2) - 1) < within(4, 2)); // Var z² = 3 − 1
  assert.ok(Math.abs(moment(3)) < within(4, 15)); // Var z³ = E z⁶
  assert.ok(Math.abs(moment(4) - 3) < within(4, 96)); // Var z⁴ = 105 − 9
});

Deno.test("normals() give the two of a pair no correlation", () => {
  const n = 2 ** 18;
  const values = normals(n, stream({ seed: 1, name: "pairs" }));
  let sum = 0;
  for (let i = 0; i < n; i += 2) sum += values[i]! * values[i + 1]!;
  assert.ok(Math.abs(sum / (n / 2)) < 4 / Math.sqrt(n / 2)); // 4 standard errors
});

Deno.test("normals() lie within 1, 2 and 3 as often as the normal law says", () => {
  const n = 2 ** 18;
  const values = normals(n, stream({ seed: 2, name: "tails" }));
  for (const [bound, share] of [[1, 0.682689], [2, 0.954500], [3, 0.997300]] as const) { // erf(bound / √2)
    const seen = values.filter((value) => Math.abs(value) < bound).length / n;
    assert.ok(Math.abs(seen - share) < 4 * Math.sqrt(share * (1 - share) / n), `${seen} within ${bound}`);
  }
});
