import fc from "fast-check";
import assert from "node:assert/strict";
import { useDevice } from "../device.ts";
import { testedDevices } from "./_agreement.ts";
import {
  augmentImages,
  augmentImagesAsync,
  type CropBox,
  type ImageEdit,
  type ImageFormat,
  type ImageShape,
  type Light,
} from "./augment_images.ts";
import { augmentImagesReference } from "./augment_images_reference.ts";

const asItIs: Light = { brightness: 1, contrast: 1, contrastFirst: false };

/** A format that leaves pixels in [0, 1]. */
function formatOf(height: number, width: number, channels: number): ImageFormat {
  return { height, width, channels, mean: Array(channels).fill(0), std: Array(channels).fill(1) };
}

function whole({ height, width }: ImageShape): CropBox {
  return { top: 0, left: 0, height, width };
}

function assertNear(actual: Float32Array, expected: ArrayLike<number>, device: string): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((value, i) => {
    assert(Math.abs(value - expected[i]!) < 1e-6, `${value} ≠ ${expected[i]} on ${device}`); // float32, values in [0, 1]
  });
}

/** Tests on every device what one image becomes, in one view. */
function testEdit(
  name: string,
  format: ImageFormat,
  pixels: readonly number[],
  edit: Partial<Omit<ImageEdit, "lights">> & { light?: Light },
  expected: readonly number[],
): void {
  Deno.test(`augmentImages() ${name}`, async () => {
    for (const device of testedDevices) {
      await useDevice(device);
      const { box = whole(format), flip = false, light = asItIs } = edit;
      const [view] = augmentImages(Uint8Array.from(pixels), format, [{ box, flip, lights: [light] }]);
      assertNear(view!, expected, device);
    }
  });
}

testEdit(
  "of the whole image is the image",
  formatOf(2, 3, 1),
  [0, 51, 102, 153, 204, 255],
  {},
  [0, 0.2, 0.4, 0.6, 0.8, 1],
);

testEdit(
  "mirrors left and right, channels kept together",
  formatOf(1, 2, 3),
  [0, 51, 102, 153, 204, 255],
  { flip: true },
  [0.6, 0.8, 1, 0, 0.2, 0.4],
);

testEdit(
  "normalizes each channel by its own mean and deviation",
  { height: 1, width: 1, channels: 2, mean: [0.5, 0.2], std: [0.25, 0.5] },
  [255, 0],
  {},
  [2, -0.4], // (1 − ½) / ¼, (0 − 0.2) / ½
);

// Centres −¼, ¼, ¾, 1¼ of the box: the second pixel weighs 0, ¼, ¾, 1. Columns add 80 times that, rows 160 times.
const weights = [0, 0.25, 0.75, 1];
testEdit(
  "doubles a 2 × 2 box between pixel centres, and never sees what is outside of it",
  formatOf(4, 4, 1),
  [...[9, 9, 9, 9], ...[9, 0, 80, 9], ...[9, 160, 240, 9], ...[9, 9, 9, 9]],
  { box: { top: 1, left: 1, height: 2, width: 2 } },
  weights.flatMap((row) => weights.map((column) => (160 * row + 80 * column) / 255)),
);

testEdit(
  "scales by the brightness, then pulls towards the new mean",
  formatOf(1, 2, 1),
  [51, 153], // 0.2 and 0.6
  { light: { brightness: 1.5, contrast: 0.5, contrastFirst: false } },
  [0.45, 0.75], // 0.3 and 0.9, around 0.6
);

testEdit(
  "clips after the brightness, and the mean is of what that leaves",
  formatOf(1, 2, 1),
  [51, 204], // 0.2 and 0.8
  { light: { brightness: 1.5, contrast: 0.5, contrastFirst: false } },
  [0.475, 0.825], // 0.3 and 1, around 0.65
);

testEdit(
  "clips after the contrast where that comes first",
  formatOf(1, 2, 1),
  [0, 204], // 0 and 0.8, around 0.4
  { light: { brightness: 0.5, contrast: 2, contrastFirst: true } },
  [0, 0.5], // −0.4 and 1.2, clipped, then halved
);

testEdit(
  "weighs red, green and blue as the eye does",
  formatOf(1, 1, 3),
  [102, 51, 0],
  { light: { brightness: 1, contrast: 0.5, contrastFirst: true } },
  [0.4, 0.2, 0].map((x) => (x + 0.299 * 0.4 + 0.587 * 0.2) / 2),
);

/** The formula of the stretched part, for one value of the result. */
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

const side = fc.integer({ min: 1, max: 9 });
const anyShape = fc.record({ height: side, width: side, channels: fc.integer({ min: 1, max: 5 }) });

/** Some box of an image, as a number chooses. */
function boxOf({ height, width }: ImageShape, n: number): CropBox {
  const top = n % height, left = (n >> 4) % width;
  return { top, left, height: 1 + (n >> 8) % (height - top), width: 1 + (n >> 12) % (width - left) };
}

function somePixels(length: number, n: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => (i * 7919 + n) % 256);
}

for (const device of testedDevices) {
  Deno.test(`augmentImages() on ${device} agrees with the formula of the stretched part`, async () => {
    await useDevice(device);
    fc.assert(fc.property(anyShape, fc.boolean(), fc.nat(), (shape, flip, n) => {
      const { height, width, channels } = shape;
      const pixels = somePixels(height * width * channels, n);
      const box = boxOf(shape, n);
      const format = formatOf(height, width, channels);
      const [view] = augmentImages(pixels, format, [{ box, flip, lights: [asItIs] }]);
      view!.forEach((value, i) => {
        const c = i % channels,
          column = Math.floor(i / channels) % width,
          y = Math.floor(i / channels / width);
        const expected = valueAt(pixels, shape, box, y, flip ? width - 1 - column : column, c);
        assert(Math.abs(value - expected) < 1e-6); // float32, values in [0, 1]
      });
    }));
  });

  Deno.test(`augmentImages() on ${device} agrees with its reference, each image of a batch by itself`, async () => {
    await useDevice(device);
    const light = fc.record({
      brightness: fc.double({ min: 0, max: 2, noNaN: true }),
      contrast: fc.double({ min: 0, max: 2, noNaN: true }),
      contrastFirst: fc.boolean(),
    });
    const numbers = fc.array(fc.nat(), { minLength: 1, maxLength: 4 });
    fc.assert(fc.property(anyShape, numbers, fc.array(light, { maxLength: 3 }), (shape, numbers, lights) => {
      const { height, width, channels } = shape;
      const pixels = somePixels(numbers.length * height * width * channels, numbers[0]!);
      const format: ImageFormat = {
        ...shape,
        mean: Array.from({ length: channels }, (_, c) => 0.3 + 0.1 * c),
        std: Array.from({ length: channels }, (_, c) => 0.5 + 0.1 * c),
      };
      const edits = numbers.map((n) => ({ box: boxOf(shape, n), flip: n % 2 === 1, lights }));
      const views = augmentImages(pixels, format, edits);
      const expected = augmentImagesReference(pixels, format, edits);
      assert.equal(views.length, lights.length);
      views.forEach((view, v) =>
        view.forEach((value, i) => {
          assert(Math.abs(value - expected[v]![i]!) < 4e-6, `${value} ≠ ${expected[v]![i]}`); // float32, values up to 2
        })
      );
    }));
  });

  Deno.test(`augmentImagesAsync() on ${device} gives augmentImages()'s bits, many calls at once`, async () => {
    await useDevice(device);
    const format: ImageFormat = { ...formatOf(37, 29, 3), mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
    const lights = [asItIs, { brightness: 1.3, contrast: 0.7, contrastFirst: true }];
    const calls = Array.from({ length: 8 }, (_, n) => ({
      pixels: somePixels(6 * 37 * 29 * 3, n),
      edits: Array.from({ length: 6 }, (_, b) => ({
        box: boxOf(format, 7919 * (6 * n + b)),
        flip: b % 2 === 0,
        lights,
      })),
    }));
    const views = await Promise.all(
      calls.map(({ pixels, edits }) => augmentImagesAsync(pixels, format, edits)),
    );
    assert.deepEqual(views, calls.map(({ pixels, edits }) => augmentImages(pixels, format, edits)));
  });
}

Deno.test("augmentImages() refuses what does not fit", async () => {
  await useDevice("cpu");
  const format = formatOf(2, 2, 1);
  const edit = (box: CropBox, numViews = 1): ImageEdit => ({
    box,
    flip: false,
    lights: Array(numViews).fill(asItIs),
  });
  const pixels = new Uint8Array(4);
  for (const box of [{ top: 1, left: 0, height: 2, width: 2 }, { top: 0, left: 0, height: 0, width: 1 }]) {
    assert.throws(() => augmentImages(pixels, format, [edit(box)]), {
      name: "RangeError",
      message: /borders/,
    });
  }
  assert.throws(() => augmentImages(pixels.subarray(1), format, [edit(whole(format))]), {
    name: "TypeError",
    message: /from 3 pixels: pass 4/,
  });
  assert.throws(() => augmentImages(pixels, { ...format, std: [] }, [edit(whole(format))]), {
    name: "TypeError",
    message: /1 channels by 1 means and 0 deviations/,
  });
  const two = new Uint8Array(8);
  assert.throws(() => augmentImages(two, format, [edit(whole(format)), edit(whole(format), 2)]), {
    name: "RangeError",
    message: /as many lights/,
  });
  await assert.rejects(augmentImagesAsync(two, format, [edit(whole(format))]), TypeError);
});
