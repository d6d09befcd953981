import assert from "node:assert/strict";
import { fitSquare } from "./fit_square.ts";

Deno.test("fitSquare() averages what becomes one pixel", () => {
  const image = {
    height: 2,
    width: 4,
    channels: 1,
    pixels: Uint8Array.of(9, 0, 10, 9, 9, 20, 30, 9),
  } as const;
  // 2 × 4 becomes 1 × 2: the triangle over a column covers rows 0 and 1 alike; over a row, 2 pixels on either side of the center
  // for the left pixel, weights 3/8, 3/8, 1/8 of columns 0, 1, 2, over their sum 7/8
  const middle = { height: 1, width: 1, channels: 1 } as const;
  const { pixels, ...shape } = fitSquare({ ...image, width: 2, pixels: Uint8Array.of(0, 10, 20, 30) }, 1);
  assert.deepEqual(shape, middle);
  assert.equal(pixels[0], 15);
  const cut = fitSquare(image, 1); // the middle of columns: offset round((2 − 1) / 2) = 0, to even
  assert.equal(cut.pixels[0], Math.round((3 * 9 + 3 * 10 + 20) / 7));
});

Deno.test("fitSquare() leaves a square of the right size, and one colour, as they are", () => {
  const image = {
    height: 3,
    width: 3,
    channels: 3,
    pixels: Uint8Array.from({ length: 27 }, (_, i) => i),
  } as const;
  assert.deepEqual(fitSquare(image, 3), image);
  const plain = { height: 5, width: 9, channels: 3, pixels: new Uint8Array(135).fill(77) } as const;
  for (const size of [1, 2, 4, 7, 11]) {
    assert.ok(fitSquare(plain, size).pixels.every((value) => value === 77));
  }
});

Deno.test("fitSquare() refuses a size that is none", () => {
  const image = { height: 1, width: 1, channels: 1, pixels: new Uint8Array(1) } as const;
  assert.throws(() => fitSquare(image, 0), /RangeError: No image has a side of 0 pixels/);
});
