import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { blockMask } from "./block_mask.ts";
import { blockToExactMask } from "./block_to_exact_mask.ts";

const prng = (name: string, sample: number) => stream({ seed: 0, name, sample });

Deno.test("blockToExactMask() masks 147 of 196 whatever the blocks, and leaves the first places of a turned order visible", () => {
  for (let sample = 0; sample < 200; sample++) {
    const blocks = blockMask({ grid: [14, 14], numMasked: 120, maxArea: 60 }, prng("blocks", sample));
    for (const turn of [0, 1, 2, 3]) {
      const { masked, visible } = blockToExactMask(blocks, 147, prng("exact", sample), turn);
      assert.equal(masked.length, 147);
      assert.deepEqual([...visible, ...masked].sort((a, b) => a - b), [...Array(196).keys()]);
      const hidden = new Set(blocks.masked);
      assert.equal(visible.filter((token) => hidden.has(token)).length, turn); // by the definition of the turn
    }
  }
});

Deno.test("blockToExactMask() unmasks tokens of blocks where there are too many", () => {
  const blocks = { visible: Int32Array.of(0), masked: Int32Array.of(1, 2, 3) };
  const { visible, masked } = blockToExactMask(blocks, 2, prng("exact", 0));
  assert.equal(masked.length, 2);
  assert.ok(visible.includes(0));
});

Deno.test("blockToExactMask() refuses numbers that no mask has", () => {
  const blocks = { visible: Int32Array.of(0, 1), masked: Int32Array.of(2, 3) };
  for (const numMasked of [0, 4, 1.5]) {
    assert.throws(() => blockToExactMask(blocks, numMasked, prng("exact", 0)), RangeError);
  }
  assert.throws(() => blockToExactMask(blocks, 2, prng("exact", 0), 4), {
    name: "RangeError",
    message: "Cannot turn the order of 4 tokens by 4: choose 0…3",
  });
});
