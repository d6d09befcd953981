import assert from "node:assert/strict";
import * as fc from "fast-check";
import { hiddenDim } from "./hidden_dim.ts";

Deno.test("hiddenDim() of H / D is H, whatever float64 makes of the quotient", () => {
  assert.ok(!Number.isInteger(1856 / 448 * 448));
  assert.equal(hiddenDim(448, 1856 / 448), 1856);
  const width = fc.integer({ min: 1, max: 1 << 16 });
  fc.assert(fc.property(width, width, (dim, hidden) => assert.equal(hiddenDim(dim, hidden / dim), hidden)));
});

Deno.test("hiddenDim() refuses what is no whole number", () => {
  for (const ratio of [0, -4, 1.3, 7 / 3, 2.33333333, NaN, Infinity]) {
    assert.throws(() => hiddenDim(64, ratio), {
      name: "RangeError",
      message: `Cannot build an MLP ${ratio} times as wide as 64: choose a ratio that gives a whole number`,
    });
  }
});
