import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import fc from "fast-check";
import { keptBlocks } from "./_kept_blocks.ts";
import { inverseBlockMask } from "./inverse_block_mask.ts";
import { randomMask } from "./random_mask.ts";

const prng = (sample: number) => stream({ seed: 0, name: "mask", sample });

Deno.test("inverseBlockMask() keeps exactly ⌊N · (1 − R)⌋ patches", () => {
  const rows = [[14, 0.8, 0.07, 39], [14, 0.75, 0.1, 49], [8, 0.75, 0.1, 16]] as const; // data2vec 2.0's base and large, and a small grid
  for (const [side, ratio, adjust, numVisible] of rows) {
    for (let sample = 0; sample < 200; sample++) {
      const { visible, masked } = inverseBlockMask(
        { grid: [side, side], ratio, blockSize: 3, adjust },
        prng(sample),
      );
      assert.equal(visible.length, numVisible);
      assert.deepEqual([...visible, ...masked].sort((a, b) => a - b), [...Array(side * side).keys()]);
    }
  }
});

for (
  const [side, ratio, adjust, numBlocks] of [
    [14, 0.8, 0.07, 5],
    [14, 0.75, 0.1, 7],
    [8, 0.75, 0.1, 2],
  ] as const
) {
  Deno.test(`inverseBlockMask() at (${ratio}, 3, ${adjust}) begins with ${numBlocks} blocks in ${side} × ${side}`, () => {
    const options = { grid: [side, side], ratio, blockSize: 3, adjust } as const;
    const numDraws = 4000, numTokens = side ** 2;
    const kept = Array.from({ length: numDraws }, (_, sample) => {
      return keptBlocks(options, prng(sample)).filter((flag) => flag === 0).length;
    });
    const mean = kept.reduce((sum, count) => sum + count) / numDraws;
    // A patch is kept unless all centres miss it: of 9 centres' blocks inside, 6 at a border, 4 in a corner; 37.46 patches in the first row
    const missed = (reach: number) => (1 - reach / numTokens) ** numBlocks;
    const expected = (side - 2) ** 2 * (1 - missed(9)) + 4 * (side - 2) * (1 - missed(6)) +
      4 * (1 - missed(4));
    const deviation = Math.sqrt(kept.reduce((sum, count) => sum + (count - mean) ** 2, 0) / numDraws);
    assert.ok(Math.abs(mean - expected) < 5 * deviation / Math.sqrt(numDraws), `${mean} is not ${expected}`);
  });
}

Deno.test("inverseBlockMask() keeps neighbours together, more than chance does", () => {
  const neighbors = (visible: Int32Array) => {
    const kept = new Set(visible);
    return visible.reduce((sum, token) => sum + (token % 14 < 13 && kept.has(token + 1) ? 1 : 0), 0);
  };
  let blocks = 0, singles = 0;
  for (let sample = 0; sample < 200; sample++) {
    blocks += neighbors(
      inverseBlockMask({ grid: [14, 14], ratio: 0.8, blockSize: 3, adjust: 0.07 }, prng(sample)).visible,
    );
    singles += neighbors(randomMask(196, 157 / 196, prng(sample)).visible);
  }
  assert.ok(blocks > 2 * singles, `${blocks} ${singles}`);
});

Deno.test("inverseBlockMask() keeps whole squares but for a few patches", () => {
  let inSquares = 0;
  const numDraws = 1000;
  for (let sample = 0; sample < numDraws; sample++) {
    const { visible } = inverseBlockMask(
      { grid: [14, 14], ratio: 0.8, blockSize: 3, adjust: 0.07 },
      prng(sample),
    );
    const kept = new Set(visible);
    const around = [-15, -14, -13, -1, 1, 13, 14, 15];
    inSquares += visible.filter((token) =>
      around.filter((step) => kept.has(token + step)).length >= 3
    ).length;
  }
  assert.ok(inSquares / numDraws > 30, `${inSquares / numDraws}`); // of 39; a corner of a square has 3 neighbours
});

Deno.test("inverseBlockMask() is the same for the same stream and refuses what leaves nothing", () => {
  fc.assert(fc.property(fc.integer(), (seed) => {
    const options = { grid: [8, 8], ratio: 0.75, blockSize: 3, adjust: 0.1 } as const;
    const image = stream({ seed, name: "mask" });
    assert.deepEqual(inverseBlockMask(options, image), inverseBlockMask(options, image));
  }));
  for (const wrong of [{ ratio: 0 }, { ratio: 0.999 }, { blockSize: 9 }, { blockSize: 0 }, { adjust: -1 }]) {
    const options = { grid: [8, 8], ratio: 0.75, blockSize: 3, adjust: 0.1, ...wrong } as const;
    assert.throws(() => inverseBlockMask(options, prng(0)), RangeError, JSON.stringify(wrong));
  }
});
