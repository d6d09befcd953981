import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { multiBlockMask } from "./multi_block_mask.ts";
import { restoreOrder } from "./restore_order.ts";

const prng = (sample: number) => stream({ seed: 0, name: "mask", sample });

Deno.test("multiBlockMask() gives rectangles of the sizes asked for and a context without them", () => {
  for (let sample = 0; sample < 300; sample++) {
    const masks = multiBlockMask({ grid: [14, 14] }, prng(sample));
    assert.equal(masks.length, 4);
    const { visible } = masks[0]!;
    assert.ok(visible.length >= 10);
    for (const mask of masks) {
      assert.equal(mask.visible, visible);
      const rows = [...mask.masked].map((token) => Math.floor(token / 14));
      const columns = [...mask.masked].map((token) => token % 14);
      const height = Math.max(...rows) - Math.min(...rows) + 1,
        width = Math.max(...columns) - Math.min(...columns) + 1;
      assert.equal(mask.masked.length, height * width); // a full rectangle
      assert.ok(height * width >= 0.15 * 196 - 7 && height * width <= 0.2 * 196 + 7); // both sides rounded
      assert.ok(height / width > 0.6 && height / width < 1.9); // 0.75…1.5 with rounded sides
      const hidden = new Set(mask.masked);
      assert.ok(visible.every((token) => !hidden.has(token)));
    }
  }
});

Deno.test("multiBlockMask() works on small grids, and says where no context is left", () => {
  for (const grid of [[2, 2], [4, 4], [7, 7], [8, 3]] as const) {
    for (let sample = 0; sample < 50; sample++) {
      assert.ok(multiBlockMask({ grid }, prng(sample))[0]!.visible.length >= 1);
    }
  }
  assert.throws(() => multiBlockMask({ grid: [8, 8], numTargets: 20, targetScale: [0.6, 0.8] }, prng(0)), {
    name: "RangeError",
    message: /20 targets of 0.6–0.8 of the patches leave less than 7 of 64 to see/,
  });
  assert.throws(() => multiBlockMask({ grid: [8, 8], targetScale: [0.5, 0.2] }, prng(0)), RangeError);
  assert.throws(() => multiBlockMask({ grid: [8, 8], targetAspect: [0, 1] }, prng(0)), RangeError);
  assert.throws(() => multiBlockMask({ grid: [1, 8] }, prng(0)), RangeError);
});

Deno.test("multiBlockMask()'s masks leave tokens out, which restoreOrder() tells", () => {
  assert.throws(() => restoreOrder(multiBlockMask({ grid: [14, 14] }, prng(0))), RangeError);
});
