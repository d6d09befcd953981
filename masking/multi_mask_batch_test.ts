import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { multiMask, type MultiMaskOptions } from "./multi_mask.ts";
import { multiMaskBatch } from "./multi_mask_batch.ts";

const options: MultiMaskOptions = { numTokens: 49, maskRatio: 0.8, numMasks: 5, kind: "disjoint" }; // V = 9
const images = [0, 1, 2].map((sample) => stream({ seed: 0, name: "mask", sample }));

Deno.test("multiMaskBatch() puts mask i of image b in row i · B + b", () => {
  const { visible: rows, ...sizes } = multiMaskBatch(options, images);
  assert.deepEqual([sizes.numRows, sizes.numVisible, sizes.numMasked], [15, 9, 40]);
  assert.equal(rows.length, 5 * 3 * 9);
  for (const [b, prng] of images.entries()) {
    for (const [i, kept] of multiMask(options, prng).entries()) {
      const row = i * 3 + b;
      assert.deepEqual(rows.slice(row * 9, (row + 1) * 9), kept.visible);
    }
  }
});

Deno.test("multiMaskBatch() gives an image the same masks in any batch", () => {
  const { visible: together } = multiMaskBatch(options, images);
  const { visible: alone } = multiMaskBatch(options, images.slice(2));
  assert.deepEqual(alone.slice(0, 9), together.slice(2 * 9, 3 * 9)); // mask 0 of image 2: row 0 of 5, row 2 of 15
});

Deno.test("multiMaskBatch() refuses a batch without images and sizes that do not fit", () => {
  assert.throws(() => multiMaskBatch(options, []), {
    name: "RangeError",
    message: "Cannot draw masks for 0 images: give one stream an image",
  });
  assert.throws(() => multiMaskBatch({ ...options, numMasks: 6 }, images), RangeError); // 6 · 9 > 49
});
