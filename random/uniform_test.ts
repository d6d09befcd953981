import assert from "node:assert/strict";
import { philox4x32 } from "./philox4x32.ts";
import { stream } from "./stream.ts";
import { uniform } from "./uniform.ts";

Deno.test("uniform() depends on nothing but stream and index", () => {
  const prng = stream({ seed: 3, name: "order" });
  const forth = [0, 1, 2, 3, 4, 5].map((index) => uniform(prng, index));
  const back = [5, 4, 3, 2, 1, 0].map((index) => uniform(prng, index));
  assert.deepEqual(back.reverse(), forth);
});

Deno.test("uniform() reaches the last of 2³⁴ indices and refuses the next", () => {
  const prng = stream({ seed: 3, name: "foobar" });
  const block = philox4x32([2 ** 32 - 1, 0, 0, 0], [3, 0xbf9cf968]); // FNV-1a of "foobar" as published
  assert.equal(uniform(prng, 2 ** 34 - 1), (block[3]! >>> 8) / 2 ** 24);
  for (const index of [2 ** 34, -1, 0.5, NaN]) assert.throws(() => uniform(prng, index), RangeError);
});
