import assert from "node:assert/strict";
import { philox4x32 } from "./philox4x32.ts";
import { stream } from "./stream.ts";
import { uniform } from "./uniform.ts";
import { uniforms } from "./uniforms.ts";

Deno.test("stream() puts seed and name in the key, block, epoch, sample and step in the counter", () => {
  const prng = stream({ seed: 7, name: "foobar", epoch: 1, sample: 2, step: 3 });
  const block = philox4x32([1, 1, 2, 3], [7, 0xbf9cf968]); // indices 4…7; FNV-1a of "foobar" as published
  assert.equal(uniform(prng, 5), (block[1]! >>> 8) / 2 ** 24);
});

Deno.test("stream() without epoch, sample and step is the one at 0", () => {
  assert.deepEqual(
    stream({ seed: 1, name: "mask" }),
    stream({ seed: 1, name: "mask", epoch: 0, sample: 0, step: 0 }),
  );
});

Deno.test("stream() differs in each part of its address", () => {
  const address = { seed: 1, name: "mask", epoch: 2, sample: 3, step: 4 };
  const streams = [
    address,
    { ...address, seed: 2 },
    { ...address, name: "crop" },
    { ...address, epoch: 3 },
    { ...address, sample: 2 }, // epoch and sample the same number
    { ...address, epoch: 3, sample: 2 }, // exchanged
    { ...address, step: 5 },
  ].map((a) => uniforms(64, stream(a)));
  for (const [i, a] of streams.entries()) {
    for (const b of streams.slice(i + 1)) {
      const numEqual = a.filter((value, k) => value === b[k]).length;
      assert.equal(numEqual, 0); // 21 pairs · 64 · 2⁻²⁴: one seed in 12,000 would fail
    }
  }
});

Deno.test("stream() gives neighbouring samples uncorrelated numbers", () => {
  const numSamples = 4096;
  const first = Array.from(
    { length: numSamples },
    (_, sample) => uniform(stream({ seed: 0, name: "x", sample }), 0),
  );
  const products = first.slice(1).map((value, i) => (value - 0.5) * (first[i]! - 0.5) * 12);
  const correlation = products.reduce((sum, p) => sum + p, 0) / products.length;
  assert.ok(Math.abs(correlation) < 4 / Math.sqrt(numSamples), `${correlation}`); // 4 standard errors
});

Deno.test("stream() takes a seed modulo 2³²", () => {
  assert.deepEqual(stream({ seed: -1, name: "a" }), stream({ seed: 2 ** 32 - 1, name: "a" }));
});

Deno.test("stream() refuses what is not a 32-bit integer", () => {
  for (const seed of [NaN, 0.5, Infinity, 2 ** 32, -(2 ** 31) - 1]) {
    assert.throws(() => stream({ seed, name: "a" }), RangeError, `${seed}`);
  }
  for (const value of [NaN, 0.5, -1, 2 ** 32]) {
    assert.throws(() => stream({ seed: 0, name: "a", epoch: value }), RangeError, `${value}`);
    assert.throws(() => stream({ seed: 0, name: "a", sample: value }), RangeError, `${value}`);
    assert.throws(() => stream({ seed: 0, name: "a", step: value }), RangeError, `${value}`);
  }
  assert.throws(() => stream({ seed: 0, name: "a", epoch: -1 }), {
    message: "Epoch is -1: give an integer in 0…4294967295",
  });
});
