import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import fc from "fast-check";
import { spanMask } from "./span_mask.ts";
import { thinMasks } from "./thin_masks.ts";

const prng = (sample: number) => stream({ seed: 0, name: "mask", sample });

// Shares of masked frames over many draws of an independent implementation: 0.499 of 100, 0.493 of 250, 0.490 of 1,000 frames.
for (const [numTokens, share] of [[100, 0.499], [250, 0.493], [500, 0.49], [1000, 0.49]] as const) {
  Deno.test(`spanMask() of speech masks ${share} of ${numTokens} frames, never the last`, () => {
    let masked = 0;
    const numDraws = 1000;
    for (let sample = 0; sample < numDraws; sample++) {
      const mask = spanMask({ numTokens, ratio: 0.65, length: 10, starts: "inside" }, prng(sample));
      masked += mask.masked.length;
      assert.ok(!mask.masked.includes(numTokens - 1));
    }
    assert.ok(Math.abs(masked / numDraws / numTokens - share) < 0.006, `${masked / numDraws / numTokens}`);
  });
}

Deno.test("spanMask() of text may mask the last token and cuts spans off at the end", () => {
  let last = 0;
  for (let sample = 0; sample < 500; sample++) {
    const { masked } = spanMask({ numTokens: 20, ratio: 0.35, length: 4, starts: "anywhere" }, prng(sample));
    if (masked.includes(19)) last++;
    assert.ok(masked.every((token) => token < 20));
  }
  assert.ok(last > 50, `${last}`); // about 1.75 spans that begin at one of the last 4 of 20 tokens: a third of the draws
});

Deno.test("spanMask() masks runs no shorter than a span", () => {
  fc.assert(fc.property(fc.integer({ min: 60, max: 300 }), fc.integer(), (numTokens, seed) => {
    const { masked } = spanMask(
      { numTokens, ratio: 0.5, length: 7, starts: "inside" },
      stream({ seed, name: "mask" }),
    );
    let run = 0;
    for (const [i, token] of masked.entries()) {
      run = i > 0 && masked[i - 1] === token - 1 ? run + 1 : 1;
      if (masked[i + 1] !== token + 1) assert.ok(run >= 7);
    }
  }));
});

Deno.test("spanMask() shortens the spans of a short sequence and refuses one that is too short", () => {
  const { masked, visible } = spanMask({ numTokens: 8, ratio: 0.65, length: 10, starts: "inside" }, prng(0));
  assert.ok(masked.length > 0 && visible.length > 0);
  assert.throws(() => spanMask({ numTokens: 2, ratio: 0.65, length: 10, starts: "inside" }, prng(0)), {
    name: "RangeError",
    message: /2 tokens are too few for 1 spans of 10/,
  });
  for (const wrong of [{ ratio: 0 }, { ratio: 1 }, { length: 0 }, { numTokens: 1 }, { numTokens: 10.5 }]) {
    const options = { numTokens: 100, ratio: 0.65, length: 10, starts: "inside", ...wrong } as const;
    assert.throws(() => spanMask(options, prng(0)), RangeError, JSON.stringify(wrong));
  }
});

Deno.test("thinMasks() leaves of each mask as many tokens as the smallest has, all of its own", () => {
  const masks = [80, 100, 120].map((numTokens, sample) =>
    spanMask({ numTokens, ratio: 0.65, length: 10, starts: "inside" }, prng(sample))
  );
  const least = Math.min(...masks.map(({ masked }) => masked.length));
  const thinned = thinMasks(masks, [0, 1, 2].map((sample) => stream({ seed: 0, name: "thin", sample })));
  for (const [b, { masked, visible }] of thinned.entries()) {
    assert.equal(masked.length, least);
    assert.equal(masked.length + visible.length, [80, 100, 120][b]);
    const before = new Set(masks[b]!.masked);
    assert.ok(masked.every((token) => before.has(token)));
  }
  assert.throws(() => thinMasks(masks, []), {
    name: "RangeError",
    message: "3 masks and 0 streams: give one stream a mask",
  });
});
