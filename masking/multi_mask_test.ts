import assert from "node:assert/strict";
import { permutation, stream } from "@lacuna/random";
import fc from "fast-check";
import { multiMask, type MultiMaskOptions } from "./multi_mask.ts";

const prng = stream({ seed: 0, name: "mask" });

Deno.test("multiMask() fits as many disjoint masks as V goes into N, and no more", () => {
  const rows = [
    [196, [4, 5, 10]], // V = 49, 39, 19
    [64, [4, 5, 10]], // V = 16, 12, 6
    [49, [4, 5, 12]], // V = 12, 9, 4
    [16, [4, 5, 16]], // V = 4, 3, 1
  ] as const;
  for (const [numTokens, most] of rows) {
    for (const [column, maskRatio] of [0.75, 0.8, 0.9].entries()) {
      const options: MultiMaskOptions = { numTokens, maskRatio, numMasks: most[column]!, kind: "disjoint" };
      assert.equal(multiMask(options, prng).length, most[column]);
      assert.throws(() => multiMask({ ...options, numMasks: most[column]! + 1 }, prng), RangeError);
    }
  }
});

Deno.test("multiMask() keeps V = floor(N · (1 − r)) different tokens a mask, disjoint ones no token twice", () => {
  const sizes = fc.record({
    numTokens: fc.integer({ min: 16, max: 256 }),
    maskRatio: fc.constantFrom(0.75, 0.8, 0.9),
    numMasks: fc.integer({ min: 1, max: 4 }),
    seed: fc.integer(),
  });
  fc.assert(fc.property(sizes, ({ seed, ...sizes }) => {
    const visible = Math.floor(sizes.numTokens * (1 - sizes.maskRatio));
    const image = stream({ seed, name: "mask" });
    const independent = multiMask({ ...sizes, kind: "independent" }, image);
    const disjoint = multiMask({ ...sizes, kind: "disjoint" }, image);
    for (const mask of [...independent, ...disjoint]) {
      assert.equal(mask.visible.length, visible);
      assert.deepEqual([...mask.visible, ...mask.masked].sort((a, b) => a - b), [
        ...Array(sizes.numTokens).keys(),
      ]);
    }
    assert.equal(new Set(disjoint.flatMap(({ visible }) => [...visible])).size, sizes.numMasks * visible);
  }));
});

Deno.test("multiMask() cuts disjoint masks one after the other from one random order", () => {
  const masks = multiMask({ numTokens: 49, maskRatio: 0.8, numMasks: 5, kind: "disjoint" }, prng);
  const order = permutation(49, prng);
  for (const [i, { visible }] of masks.entries()) {
    assert.deepEqual(visible, order.slice(9 * i, 9 * (i + 1)).sort());
  }
});

Deno.test("multiMask() lets independent masks overlap as often as chance does", () => {
  const numTokens = 64, visible = 16, numDraws = 2000;
  let shared = 0;
  for (let sample = 0; sample < numDraws; sample++) {
    const image = stream({ seed: 0, name: "mask", sample });
    const [a, b] = multiMask({ numTokens, maskRatio: 0.75, numMasks: 2, kind: "independent" }, image);
    shared += a!.visible.filter((token) => b!.visible.includes(token)).length;
  }
  const mean = visible ** 2 / numTokens; // 4, hypergeometric
  const variance = mean * (1 - visible / numTokens) * (numTokens - visible) / (numTokens - 1);
  assert.ok(Math.abs(shared / numDraws - mean) < 4 * Math.sqrt(variance / numDraws), `${shared / numDraws}`);
});

for (const kind of ["disjoint", "independent"] as const) {
  Deno.test(`multiMask() keeps every token equally often in each of ${kind} masks`, () => {
    const numTokens = 49, visible = 12, numMasks = 4, numDraws = 4000;
    const counts = Array.from({ length: numMasks }, () => new Float64Array(numTokens));
    for (let sample = 0; sample < numDraws; sample++) {
      const image = stream({ seed: 0, name: "mask", sample });
      const masks = multiMask({ numTokens, maskRatio: 0.75, numMasks, kind }, image);
      for (const [i, { visible }] of masks.entries()) for (const token of visible) counts[i]![token]!++;
    }
    const share = visible / numTokens;
    const variance = numDraws * share * (1 - share) * numTokens / (numTokens - 1); // drawn without replacement
    for (const perToken of counts) {
      const chiSquare = perToken.reduce((sum, count) => sum + (count - numDraws * share) ** 2 / variance, 0);
      assert.ok(chiSquare < 84.04, `${chiSquare}`); // 48 degrees of freedom: 1 in 1,000 lies above
    }
  });

  Deno.test(`multiMask() gives the same ${kind} masks to a stream and others to its neighbours`, () => {
    const options: MultiMaskOptions = { numTokens: 64, maskRatio: 0.75, numMasks: 4, kind };
    const draw = (sample: number, epoch: number) =>
      multiMask(options, stream({ seed: 0, name: "mask", sample, epoch })).map(({ visible }) =>
        visible.join()
      ).join(" ");
    assert.equal(draw(0, 0), draw(0, 0));
    assert.equal(new Set([draw(0, 0), draw(1, 0), draw(0, 1)]).size, 3);
  });

  Deno.test(`multiMask() refuses sizes that leave no ${kind} mask`, () => {
    const options: MultiMaskOptions = { numTokens: 64, maskRatio: 0.75, numMasks: 4, kind };
    for (const maskRatio of [0, 1, NaN, 0.99]) { // 64 · 0.01 < 1
      assert.throws(() => multiMask({ ...options, maskRatio }, prng), RangeError, `${maskRatio}`);
    }
    for (const numMasks of [0, -1, 1.5, NaN]) {
      assert.throws(() => multiMask({ ...options, numMasks }, prng), RangeError, `${numMasks}`);
    }
  });
}

Deno.test("multiMask() says what to do where disjoint masks do not fit", () => {
  assert.throws(() => multiMask({ numTokens: 64, maskRatio: 0.75, numMasks: 5, kind: "disjoint" }, prng), {
    name: "RangeError",
    message: "5 disjoint masks of 16 tokens do not fit in 64: " +
      "draw at most 4, raise the mask ratio, or draw independent masks",
  });
});

Deno.test("multiMask() draws independent masks beyond what disjoint ones fit", () => {
  const masks = multiMask({ numTokens: 16, maskRatio: 0.75, numMasks: 9, kind: "independent" }, prng);
  assert.deepEqual(masks.map(({ visible }) => visible.length), Array(9).fill(4)); // 9 · 4 > 16
});
