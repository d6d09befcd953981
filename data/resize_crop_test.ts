import fc from "fast-check";
import assert from "node:assert/strict";
import type { CropBox } from "./random_resized_crop.ts";
import { type ImageShape, resizeCrop } from "./resize_crop.ts";

function resized(image: Uint8Array, shape: ImageShape, box: CropBox, flip = false): Float32Array {
  const out = new Float32Array(image.length);
  resizeCrop(image, shape, box, flip, out);
  return out;
}

Deno.test("resizeCrop() of the whole image is the image", () => {
  const image = Uint8Array.of(0, 51, 102, 153, 204, 255);
  const out = resized(image, { height: 2, width: 3, channels: 1 }, { top: 0, left: 0, height: 2, width: 3 });
  assert.deepEqual(out, Float32Array.of(0, 0.2, 0.4, 0.6, 0.8, 1));
});

Deno.test("resizeCrop() mirrors left and right, channels kept together", () => {
  const image = Uint8Array.of(0, 51, 102, 153, 204, 255); // 1 × 2 × 3
  const out = resized(
    image,
    { height: 1, width: 2, channels: 3 },
    { top: 0, left: 0, height: 1, width: 2 },
    true,
  );
  assert.deepEqual(out, Float32Array.of(0.6, 0.8, 1, 0, 0.2, 0.4));
});

Deno.test("resizeCrop() doubles a 2 × 2 box between pixel centres", () => {
  const image = Uint8Array.of(
    ...[9, 9, 9, 9], // outside of the box, so never seen
    ...[9, 0, 80, 9],
    ...[9, 160, 240, 9],
    ...[9, 9, 9, 9],
  );
  const out = resized(image, { height: 4, width: 4, channels: 1 }, { top: 1, left: 1, height: 2, width: 2 });
  // Centres −¼, ¼, ¾, 1¼ of the box: the second pixel weighs 0, ¼, ¾, 1. Columns add 80 times that, rows 160 times.
  const weights = [0, 0.25, 0.75, 1];
  const expected = weights.flatMap((row) => weights.map((column) => (160 * row + 80 * column) / 255));
  out.forEach((value, i) => assert(Math.abs(value - expected[i]!) < 1e-6)); // float32, values in [0, 1]
});

/** The formula, for one value of the result. */
function valueAt(
  image: Uint8Array,
  shape: ImageShape,
  box: CropBox,
  y: number,
  x: number,
  c: number,
): number {
  const v = (y + 0.5) * box.height / shape.height - 0.5, u = (x + 0.5) * box.width / shape.width - 0.5;
  const y0 = Math.floor(v), x0 = Math.floor(u), b = v - y0, a = u - x0;
  const at = (row: number, column: number): number => { // beyond the border, the pixel at the border
    const r = box.top + Math.min(Math.max(row, 0), box.height - 1);
    const q = box.left + Math.min(Math.max(column, 0), box.width - 1);
    return image[(r * shape.width + q) * shape.channels + c]! / 255;
  };
  const upper = (1 - a) * at(y0, x0) + a * at(y0, x0 + 1);
  const lower = (1 - a) * at(y0 + 1, x0) + a * at(y0 + 1, x0 + 1);
  return (1 - b) * upper + b * lower;
}

Deno.test("resizeCrop() agrees with the formula, value by value", () => {
  const side = fc.integer({ min: 1, max: 9 });
  const shapes = fc.record({ height: side, width: side, channels: fc.constantFrom(1, 3) });
  fc.assert(fc.property(shapes, fc.boolean(), fc.nat(), (shape, flip, n) => {
    const { height, width, channels } = shape;
    const image = Uint8Array.from({ length: height * width * channels }, (_, i) => (i * 7919 + n) % 256);
    const top = n % height, left = (n >> 4) % width;
    const box = { top, left, height: 1 + (n >> 8) % (height - top), width: 1 + (n >> 12) % (width - left) };
    resized(image, shape, box, flip).forEach((value, i) => {
      const c = i % channels, column = Math.floor(i / channels) % width, y = Math.floor(i / channels / width);
      const expected = valueAt(image, shape, box, y, flip ? width - 1 - column : column, c);
      assert(Math.abs(value - expected) < 1e-6); // float32, values in [0, 1]
    });
  }));
});
