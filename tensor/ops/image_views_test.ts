import fc from "fast-check";
import assert from "node:assert/strict";
import { useDevice } from "../device.ts";
import { testedDevices } from "./_agreement.ts";
import { boxOf, smoothSteps, somePixels } from "./_image_step_arbitraries.ts";
import {
  type ImageStep,
  type ImageSteps,
  imageViews,
  imageViewsAsync,
  type SourceImage,
  type ViewFormat,
} from "./image_views.ts";
import { imageViewsReference } from "./image_views_reference.ts";

/** A format that leaves values in [0, 1]. */
function formatOf(height: number, width: number, channels: number): ViewFormat {
  return { height, width, channels, mean: Array(channels).fill(0), std: Array(channels).fill(1) };
}

function referenceOf(
  images: readonly SourceImage[],
  steps: readonly ImageSteps[],
  format: ViewFormat,
): Float32Array[] {
  const size = images.length * format.height * format.width * format.channels;
  const views = (steps[0]?.views ?? []).map(() => new Float32Array(size));
  imageViewsReference(images, steps, format, views);
  return views;
}

function assertNear(
  actual: Float32Array,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    assert.ok(
      Math.abs(actual[i]! - expected[i]!) <= tolerance,
      `${actual[i]} ≠ ${expected[i]} at ${i}, ${what}`,
    );
  }
}

/** Tests on every device what steps make of one image. */
function testSteps(
  name: string,
  image: readonly (readonly number[])[],
  steps: readonly ImageStep[],
  expected: readonly (readonly number[])[],
  channels = 1,
): void {
  Deno.test(`imageViews() ${name}`, async () => {
    for (const device of testedDevices) {
      await useDevice(device);
      const source: SourceImage = {
        height: image.length,
        width: image[0]!.length / channels,
        channels,
        pixels: Uint8Array.from(image.flat()),
      };
      const format = formatOf(expected.length, expected[0]!.length / channels, channels);
      const [view] = imageViews([source], [{ shared: [], views: [steps] }], format);
      assertNear(view!, expected.flat(), 1e-6, device); // float32, values in [0, 1]
    }
  });
}

testSteps("without a step is the image", [[0, 51], [102, 255]], [], [[0, 0.2], [0.4, 1]]);

testSteps(
  "flips left and right, channels kept together",
  [[0, 51, 102, 153, 204, 255]],
  [{ kind: "flip" }],
  [[0.6, 0.8, 1, 0, 0.2, 0.4]],
  3,
);

// Centres −¼, ¼, ¾, 1¼ of the box: the second pixel weighs 0, ¼, ¾, 1. Columns add 80 times that, rows 160 times.
const weights = [0, 0.25, 0.75, 1];
testSteps(
  "doubles a box between pixel centres, and never sees what is outside of it",
  [[9, 9, 9, 9], [9, 0, 80, 9], [9, 160, 240, 9], [9, 9, 9, 9]],
  [{
    kind: "resize",
    box: { top: 1, left: 1, height: 2, width: 2 },
    height: 4,
    width: 4,
    filter: "bilinear",
    antialias: true,
  }],
  weights.map((row) => weights.map((column) => (160 * row + 80 * column) / 255)),
);

testSteps(
  "halves with a filter that reaches twice as far",
  [[0, 0, 255, 255, 0, 0, 0, 0]],
  [{ kind: "resize", height: 1, width: 4, filter: "bilinear", antialias: true }],
  [[1 / 7, 6 / 8, 1 / 8, 0]], // weights 1 3 3 1 around each centre, at the border 3 3 1
);

testSteps(
  "halves between pixels without antialias",
  [[0, 0, 255, 0, 0, 51, 0, 0]],
  [{ kind: "resize", height: 1, width: 4, filter: "bilinear", antialias: false }],
  [[0, 0.5, 0.1, 0]],
);

testSteps(
  "scales by the brightness, then pulls towards the mean of what that leaves",
  [[51, 204]], // 0.2 and 0.8; then 0.3 and 1 around 0.65
  [{ kind: "brightness", factor: 1.5 }, { kind: "contrast", factor: 0.5 }],
  [[0.475, 0.825]],
);

testSteps(
  "weighs red, green and blue as the eye does",
  [[102, 51, 0]],
  [{ kind: "saturation", factor: 0.5 }],
  [[0.4, 0.2, 0].map((x) => (x + 0.299 * 0.4 + 0.587 * 0.2) / 2)],
  3,
);

testSteps(
  "turns red to green, green to blue and yellow to cyan by a third of the circle",
  [[255, 0, 0, 0, 255, 0, 255, 255, 0, 80, 80, 80]],
  [{ kind: "hue", shift: 1 / 3 }],
  [[0, 1, 0, 0, 0, 1, 0, 1, 1, 80 / 255, 80 / 255, 80 / 255]],
  3,
);

testSteps(
  "inverts from the threshold on",
  [[127, 128, 129, 255]],
  [{ kind: "solarize", threshold: 128 / 255 }],
  [[127 / 255, 127 / 255, 126 / 255, 0]],
);

testSteps(
  "keeps the first bits of the levels",
  [[0, 63, 64, 127, 128, 255]],
  [{ kind: "posterize", bits: 2 }],
  [[0, 0, 64 / 255, 64 / 255, 128 / 255, 192 / 255]],
);

testSteps("stretches between the extremes", [[51, 102, 153]], [{ kind: "autocontrast" }], [[0, 0.5, 1]]);

testSteps("leaves one grey as it is", [[51, 51, 51]], [{ kind: "autocontrast" }, { kind: "equalize" }], [[
  0.2,
  0.2,
  0.2,
]]);

testSteps(
  "moves what an affine matrix says, and fills the rest",
  [[0, 51, 102], [51, 102, 153], [102, 153, 204]],
  [{ kind: "affine", matrix: [1, 0, -1, 0, 1, 0], filter: "nearest", fill: [1] }],
  [[1, 0, 0.2], [1, 0.2, 0.4], [1, 0.4, 0.6]],
);

testSteps(
  "erases with one value for each channel or with one for each pixel",
  [[0, 0, 0], [0, 0, 0]],
  [
    { kind: "erase", box: { top: 0, left: 1, height: 2, width: 1 }, values: [0.5] },
    { kind: "erase", box: { top: 1, left: 1, height: 1, width: 2 }, values: [0.25, 0.75] },
  ],
  [[0, 0.5, 0], [0, 0.25, 0.75]],
);

testSteps(
  "blurs with the image mirrored at its border",
  [[0, 0, 255]],
  [{ kind: "blur", sigma: 1 / Math.sqrt(2 * Math.LN2), kernelSize: 3 }], // weights ¼, ½, ¼
  [[0, 0.25, 0.5]],
);

const side = fc.integer({ min: 1, max: 40 });
const anySize = fc.record({ height: side, width: side });

for (const device of testedDevices) {
  Deno.test(`imageViews() on ${device} agrees with its reference, and an image does not see its batch`, async () => {
    await useDevice(device);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anySize, fc.nat()), { minLength: 1, maxLength: 3 }),
        fc.constantFrom(1, 2, 3, 4),
        anySize,
        fc.constantFrom("bilinear", "bicubic"),
        fc.boolean(),
        smoothSteps,
        fc.array(smoothSteps, { minLength: 1, maxLength: 3 }),
        (sources, channels, { height, width }, filter, antialias, shared, own) => {
          const images = sources.map(([size, n]): SourceImage => ({
            ...size,
            channels,
            pixels: somePixels(size.height * size.width * channels, n),
          }));
          const steps = sources.map(([size, n]): ImageSteps => {
            const resize = { kind: "resize", box: boxOf(size, n), height, width, filter, antialias } as const;
            return n % 2 === 0
              ? { shared: [resize, ...shared], views: own }
              : { shared: [], views: own.map((steps) => [...shared, resize, ...steps]) };
          });
          const format: ViewFormat = {
            ...{ height, width, channels },
            mean: Array.from({ length: channels }, (_, c) => 0.3 + 0.1 * c),
            std: Array.from({ length: channels }, (_, c) => 0.5 + 0.1 * c),
          };
          const views = imageViews(images, steps, format);
          for (const [v, expected] of referenceOf(images, steps, format).entries()) {
            assertNear(views[v]!, expected, 2e-5, `view ${v} on ${device}`); // float32; five factors up to 2 multiply it
          }
          const alone = imageViews([images.at(-1)!], [steps.at(-1)!], format, { threads: "one" });
          alone.forEach((view, v) => assert.deepEqual(view, views[v]!.subarray(-view.length)));
        },
      ),
      { numRuns: device === "cpu" ? 20 : 200 },
    );
  });

  Deno.test(`imageViewsAsync() on ${device} gives imageViews()'s bits, many calls at once`, async () => {
    await useDevice(device);
    const format: ViewFormat = { ...formatOf(29, 31, 3), mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
    const calls = Array.from({ length: 4 }, (_, n) => {
      const images = [[40, 30], [20, 50], [29, 31]].map(([height, width], b): SourceImage => ({
        ...{ height: height!, width: width!, channels: 3 },
        pixels: somePixels(height! * width! * 3, 100 * n + b),
      }));
      const steps = images.map((_, b): ImageSteps => ({
        shared: [{ kind: "resize", height: 29, width: 31, filter: "bicubic", antialias: true }],
        views: [[{ kind: "hue", shift: 0.1 * b }, { kind: "equalize" }], [{ kind: "contrast", factor: 1.5 }, {
          kind: "blur",
          sigma: 1,
          kernelSize: 5,
        }]],
      }));
      return [images, steps, format] as const;
    });
    const views = await Promise.all(calls.map((call) => imageViewsAsync(...call)));
    assert.deepEqual(views, calls.map((call) => imageViews(...call)));
  });

  Deno.test(`imageViews() on ${device} reads floats as it reads bytes, from one memory or several`, async () => {
    await useDevice(device);
    const pixels = somePixels(3 * 7 * 5 * 3, 1);
    const slice = (b: number) => pixels.subarray(b * 105, (b + 1) * 105);
    const sources = (kind: (bytes: Uint8Array) => Uint8Array | Float32Array): SourceImage[] =>
      [2, 0, 1].map((b) => ({ height: 7, width: 5, channels: 3, pixels: kind(slice(b)) }));
    const steps: ImageSteps[] = Array(3).fill({
      shared: [],
      views: [[{ kind: "resize", height: 4, width: 9, filter: "bilinear", antialias: true }]],
    });
    const [joined] = imageViews(sources((bytes) => bytes), steps, formatOf(4, 9, 3));
    const [apart] = imageViews(sources((bytes) => bytes.slice()), steps, formatOf(4, 9, 3));
    const floats = sources((bytes) => Float32Array.from(bytes, (level) => level / 255));
    const [real] = imageViews(floats, steps, formatOf(4, 9, 3));
    assert.deepEqual(apart, joined);
    assertNear(real!, joined!, 1e-6, device); // float32
  });

  Deno.test(`imageViews() on ${device} of no images, and of no views, is nothing`, async () => {
    await useDevice(device);
    assert.deepEqual(imageViews([], [], formatOf(4, 4, 3)), []);
    const image: SourceImage = { height: 1, width: 1, channels: 1, pixels: new Uint8Array(1) };
    assert.deepEqual(imageViews([image], [{ shared: [], views: [] }], formatOf(1, 1, 1)), []);
    assert.deepEqual(await imageViewsAsync([], [], formatOf(4, 4, 3)), []);
  });

  Deno.test(`imageViews() on ${device} writes where it is told to`, async () => {
    await useDevice(device);
    const out = new Float32Array(4);
    const image: SourceImage = { height: 1, width: 2, channels: 1, pixels: Uint8Array.of(0, 255) };
    const [first, second] = imageViews([image], [{ shared: [], views: [[], [{ kind: "invert" }]] }], {
      ...formatOf(1, 2, 1),
    }, { out });
    assert.deepEqual([...out], [0, 1, 1, 0]);
    assert.equal(first!.buffer, out.buffer);
    assert.equal(second!.byteOffset, 8);
  });
}

Deno.test("imageViews() refuses what does not fit, and says what would", async () => {
  await useDevice("cpu");
  const image: SourceImage = { height: 2, width: 2, channels: 1, pixels: new Uint8Array(4) };
  const make = (steps: readonly ImageStep[], source: SourceImage = image, format = formatOf(2, 2, 1)) => () =>
    imageViews([source], [{ shared: [], views: [steps] }], format);
  const box = { top: 1, left: 0, height: 2, width: 2 };
  const refusals: [() => unknown, RegExp][] = [
    [make([{ kind: "crop", box }]), /"crop" of view 0 of image 0: a box of 2×2 at \(1, 0\) in 2×2/],
    [make([{ kind: "brightness", factor: -1 }]), /factor of -1: choose one ≥ 0/],
    [make([{ kind: "hue", shift: 0.6 }]), /shift of 0\.6/],
    [make([{ kind: "blur", sigma: 1, kernelSize: 4 }]), /kernel of 4 pixels/],
    [make([{ kind: "posterize", bits: 9 }]), /9 bits/],
    [make([{ kind: "crop", box: { ...box, height: 1 } }]), /end at 1×2, the view has 2×2/],
    [make([], { ...image, pixels: new Uint8Array(3) }), /from 3 values: pass 4/],
    [make([], { ...image, pixels: Float32Array.of(0, 1, 2, 0) }), /value 2 is 2/],
    [make([], { ...image, channels: 3 }), /image 0 with 3: decode it to 1/],
    [make([], image, { ...formatOf(2, 2, 1), std: [0] }), /deviations > 0/],
    [make([], image, formatOf(2, 2, 5)), /5 channels: choose 1…4/],
    [() => imageViews([image], [], formatOf(2, 2, 1)), /0 lists of steps for 1 images/],
  ];
  for (const [refused, message] of refusals) assert.throws(refused, { message });
});
