import { stream } from "@lacuna/random";
import fc from "fast-check";
import assert from "node:assert/strict";
import { randomResizedCrop } from "./random_resized_crop.ts";

const prng = (sample: number) => stream({ seed: 0, name: "crop", sample });

Deno.test("randomResizedCrop() stays within the image", () => {
  const side = fc.integer({ min: 1, max: 64 });
  fc.assert(fc.property(side, side, fc.nat(), (height, width, sample) => {
    const box = randomResizedCrop(height, width, { scale: [0.2, 1], ratio: [3 / 4, 4 / 3] }, prng(sample));
    assert(box.height >= 1 && box.width >= 1 && box.top >= 0 && box.left >= 0);
    assert(box.top + box.height <= height && box.left + box.width <= width);
  }));
});

Deno.test("randomResizedCrop() draws area, ratio and place evenly", () => {
  const numDraws = 2000;
  const range = { scale: [0.2, 0.5], ratio: [3 / 4, 4 / 3] } as const; // every try fits: √(0.5 · 4/3) = 0.82 < 1
  let area = 0, logRatio = 0, top = 0, left = 0;
  for (let sample = 0; sample < numDraws; sample++) {
    const box = randomResizedCrop(1000, 1000, range, prng(sample));
    area += box.height * box.width / 1e6 / numDraws;
    logRatio += Math.log(box.width / box.height) / numDraws;
    top += box.top / (1000 - box.height) / numDraws;
    left += box.left / (1000 - box.width) / numDraws;
  }
  assert(Math.abs(area - 0.35) < 0.01, `${area}`); // 5 standard errors: 0.3/√12/√2000 = 0.0019
  assert(Math.abs(logRatio) < 0.02, `${logRatio}`); // 5 of 2 ln(4/3)/√12/√2000 = 0.0037
  assert(Math.abs(top - 0.5) < 0.033, `${top}`); // 5 of 1/√12/√2000 = 0.0065
  assert(Math.abs(left - 0.5) < 0.033, `${left}`);
});

Deno.test("randomResizedCrop() takes the largest centred box when none fits", () => {
  const square = { scale: [1, 1], ratio: [1, 1] } as const; // 12.6 × 12.6 of 4 × 40 cannot be
  assert.deepEqual(randomResizedCrop(4, 40, square, prng(0)), { top: 0, left: 18, height: 4, width: 4 });
  assert.deepEqual(randomResizedCrop(40, 4, square, prng(0)), { top: 18, left: 0, height: 4, width: 4 });
  const wide = { scale: [1, 1], ratio: [2, 3] } as const; // 4 × 8 = 4 · 2 is the narrowest
  assert.deepEqual(randomResizedCrop(8, 8, wide, prng(0)), { top: 2, left: 0, height: 4, width: 8 });
});

Deno.test("randomResizedCrop() of the whole is the whole", () => {
  const whole = { scale: [1, 1], ratio: [1, 1] } as const;
  assert.deepEqual(randomResizedCrop(28, 28, whole, prng(7)), { top: 0, left: 0, height: 28, width: 28 });
});

Deno.test("randomResizedCrop() refuses empty ranges", () => {
  const ratio = [1, 1] as const;
  for (const scale of [[0, 1], [0.5, 0.2], [0.5, 1.1], [NaN, 1]] as const) {
    assert.throws(() => randomResizedCrop(8, 8, { scale, ratio }, prng(0)), RangeError);
  }
  for (const ratio of [[0, 1], [2, 1], [1, NaN]] as const) {
    assert.throws(() => randomResizedCrop(8, 8, { scale: [1, 1], ratio }, prng(0)), RangeError);
  }
});
