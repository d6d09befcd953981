import assert from "node:assert/strict";
import { normal } from "./normal.ts";
import { philox4x32 } from "./philox4x32.ts";
import { stream } from "./stream.ts";

Deno.test("normal() is radius · cosine and radius · sine of two words", () => {
  const prng = stream({ seed: 7, name: "foobar", step: 9 });
  const block = philox4x32([0, 0, 0, 9], [7, 0xbf9cf968]); // FNV-1a of "foobar" as published
  for (const first of [0, 2]) {
    const radius = Math.sqrt(-2 * Math.log((block[first]! + 1) / 2 ** 32));
    const turn = block[first + 1]! / 2 ** 32;
    assert.equal(normal(prng, first), Math.fround(radius * Math.cos(2 * Math.PI * turn)));
    assert.equal(normal(prng, first + 1), Math.fround(radius * Math.sin(2 * Math.PI * turn)));
  }
});

Deno.test("normal() refuses an index that is none", () => {
  for (const index of [2 ** 34, -1, 0.5, NaN]) {
    assert.throws(() => normal(stream({ seed: 0, name: "none" }), index), RangeError);
  }
});
