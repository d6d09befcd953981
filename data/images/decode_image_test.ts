import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import fc from "fast-check";
import { decodeImage, type DecodeOptions } from "./decode_image.ts";
import type { DecodedImage } from "./decoded_image.ts";
import { encodePng } from "./encode_png.ts";
import { decodeInWasm } from "./_decode_webp.ts";
import { goldenFile, goldenImages } from "./_fixtures.ts";
import { webpHeader } from "./_webp_header.ts";
import { type ImageCheck, ImageError } from "./image_error.ts";
import { imageInfo } from "./image_info.ts";
import { pngFile } from "./_png_file.ts";

for (const { name, file, image } of goldenImages) {
  Deno.test(`decodeImage() gives Pillow's pixels of ${name}`, () => {
    const decoded = decodeImage(file, { channels: image.channels });
    assert.deepEqual([decoded.height, decoded.width], [image.height, image.width]);
    // JPEG: libjpeg-turbo computes with integers, but its forms and versions may round the colours of 4:2:0 differently.
    // Grey of colours and colours over white: two roundings for one.
    assertNear(decoded, image, name.endsWith(".jpg") || name.startsWith("over-white") ? 1 : 0);
  });
}

function assertNear(found: DecodedImage, expected: DecodedImage, tolerance: number): void {
  assert.equal(found.pixels.length, expected.pixels.length);
  const isClear = (i: number) => expected.channels === 4 && expected.pixels[i - i % 4 + 3] === 0; // any colour will do
  const wrong = found.pixels.findIndex((value, i) =>
    !isClear(i) && Math.abs(value - expected.pixels[i]!) > tolerance
  );
  assert.equal(wrong, -1, `value ${wrong}: ${found.pixels[wrong]}, not ${expected.pixels[wrong]}`);
}

function failsAt(check: ImageCheck, bytes: Uint8Array, options?: DecodeOptions): void {
  assert.throws(() => decodeImage(bytes, options), (error: unknown) => {
    assert.ok(error instanceof ImageError, String(error));
    assert.equal(error.check, check, error.message);
    return true;
  });
}

Deno.test("decodeImage() refuses what is no image", () => {
  failsAt("format", new Uint8Array());
  failsAt("format", new TextEncoder().encode("<svg></svg>"));
  failsAt("format", goldenFile("color.png").subarray(0, 7));
});

Deno.test("decodeImage() refuses every image that is cut short", () => {
  for (const { name, file } of goldenImages) {
    if (name === "animated.gif") continue; // only its first image is decoded
    const lastNeeded = name.endsWith(".gif") ? 4 : 1; // the end of the codes, of the blocks and of the file
    for (const length of [8, 20, 30, file.length >> 1, file.length - lastNeeded - 1]) {
      assert.throws(() => decodeImage(file.subarray(0, length)), ImageError, `${name} of ${length} bytes`);
    }
  }
});

Deno.test("decodeImage() refuses more than maxPixels before it decodes any", () => {
  for (const name of ["color.png", "baseline-0.jpg", "lossy.webp", "lossless.webp", "color.gif"]) {
    const file = goldenFile(name); // 13 × 18
    assert.equal(decodeImage(file, { maxPixels: 234 }).pixels.length, 3 * 234);
    failsAt("size", file, { maxPixels: 233 });
  }
});

Deno.test("decodeImage() refuses a GIF of 65,535 × 65,535", () => {
  const bomb = goldenFile("color.gif");
  bomb.fill(0xff, 6, 10);
  failsAt("size", bomb);
});

Deno.test("decodeImage() refuses headers that promise more than the file can hold", () => {
  const wide = goldenFile("baseline-0.jpg");
  const frame = wide.findIndex((byte, i) => byte === 0xff && wide[i + 1] === 0xc0);
  wide.set([0x10, 0, 0x10, 0], frame + 5); // 4096 × 4096 of a few hundred bytes
  failsAt("data", wide);
  const tall = goldenFile("color.gif");
  tall.set([0, 0x10, 0, 0x10], 6); // the screen
  const image = tall.findIndex((byte, i) => byte === 0x2c && tall[i + 5] === 18);
  tall.set([0, 0x10, 0, 0x10], image + 5);
  failsAt("data", tall);
});

Deno.test("decodeImage() stops a PNG whose data inflate to more than its pixels", () => {
  const bomb = pngFile({ height: 4, width: 4, colorType: 0, data: deflateSync(new Uint8Array(2 ** 24)) });
  assert.ok(bomb.length < 20_000);
  failsAt("data", bomb);
  failsAt("data", pngFile({ height: 4, width: 4, colorType: 0, data: deflateSync(new Uint8Array(19)) })); // one short
});

Deno.test("decodeImage() checks every PNG checksum, filter and palette index", () => {
  const damaged = goldenFile("color.png");
  damaged[damaged.length - 20]! ^= 1;
  failsAt("data", damaged);
  failsAt("data", pngFile({ height: 1, width: 1, colorType: 0, data: deflateSync(Uint8Array.of(5, 0)) }));
  failsAt("data", pngFile({ height: 1, width: 1, colorType: 3, data: deflateSync(Uint8Array.of(0, 0)) }));
  failsAt("header", pngFile({ height: 1, width: 1, colorType: 1, data: deflateSync(Uint8Array.of(0, 0)) }));
  failsAt("header", pngFile({ height: 0, width: 1, colorType: 0, data: deflateSync(new Uint8Array()) }));
});

Deno.test("decodeImage() keeps what there is of a damaged JPEG if it is told to", () => {
  const whole = goldenFile("baseline-0.jpg");
  const cut = whole.subarray(0, whole.length - 60);
  failsAt("data", cut);
  const kept = decodeImage(cut, { damaged: "keep" });
  assert.deepEqual(kept.pixels.subarray(0, 18), decodeImage(whole).pixels.subarray(0, 18)); // its first row, in part
});

Deno.test("decodeImage() refuses a JPEG with a hundred scans too many", () => {
  const file = goldenFile("progressive-0.jpg");
  const start = file.findIndex((byte, i) => byte === 0xff && file[i + 1] === 0xda);
  const scan = file.subarray(start, start + 10);
  const bomb = new Uint8Array(file.length + 1000);
  bomb.set(file);
  for (let i = 0; i < 100; i++) bomb.set(scan, file.length - 2 + 10 * i);
  failsAt("supported", bomb);
});

Deno.test("decodeImage() names kinds of JPEG that it does not decode", () => {
  const arithmetic = goldenFile("baseline-0.jpg");
  arithmetic[arithmetic.findIndex((byte, i) => byte === 0xff && arithmetic[i + 1] === 0xc0) + 1] = 0xc9;
  failsAt("supported", arithmetic);
});

Deno.test("decodeImage() decodes a JPEG smaller by 2, 4 or 8, down to minSize", () => {
  const file = goldenFile("baseline-0.jpg"); // 13 × 18
  const sizeFor = (minSize: number) => {
    const { height, width } = decodeImage(file, { minSize });
    return [height, width];
  };
  assert.deepEqual(sizeFor(8), [13, 18]);
  assert.deepEqual(sizeFor(7), [7, 9]);
  assert.deepEqual(sizeFor(4), [4, 5]);
  assert.deepEqual(sizeFor(1), [2, 3]);
  const eighth = decodeImage(file, { minSize: 1, channels: 1 }).pixels[0]!; // the mean of the first 8 × 8 pixels
  const { pixels, width } = decodeImage(file, { channels: 1 });
  let sum = 0;
  for (let row = 0; row < 8; row++) {
    for (let column = 0; column < 8; column++) sum += pixels[row * width + column]!;
  }
  assert.ok(Math.abs(eighth - sum / 64) <= 1, `${eighth}, not ${sum / 64}`); // rounded once and 64 times
});

Deno.test("decodeImage() decodes only the rows of a JPEG that are needed, and these are the same", () => {
  for (const name of ["tall-0.jpg", "tall-2.jpg"]) { // 80 × 24
    const file = goldenFile(name);
    for (const minSize of [24, 12, 6]) {
      const whole = decodeImage(file, { minSize });
      for (const rows of [1, 7, 8, 9, 33, 70, 200]) {
        const memory = new Uint8Array(80 * 24 * 3).fill(255);
        const part = decodeImage(file, { minSize, rows, allocate: () => memory });
        assert.deepEqual([part.height, part.width], [whole.height, whole.width]);
        const end = rows * whole.width * 3;
        assert.deepEqual(part.pixels.subarray(0, end), whole.pixels.subarray(0, end), `${name}: ${rows}`);
      }
    }
    const damaged = file.slice();
    damaged.fill(0, file.length - 300, file.length - 200);
    assert.throws(() => decodeImage(damaged, { rows: 60 }), ImageError);
    assert.throws(() => decodeImage(file.subarray(0, -20), { rows: 20 }), ImageError); // its end is missing
    const untouched = decodeImage(file, {
      damaged: "keep",
      rows: 1,
      allocate: (length) => new Uint8Array(length).fill(77),
    });
    assert.ok(untouched.pixels.subarray(-24 * 3 * 40).every((value) => value === 77)); // its lower half
  }
});

Deno.test("decodeImage() writes to the memory that it is given", () => {
  const memory = new Uint8Array(1000);
  const { pixels } = decodeImage(goldenFile("baseline-0.jpg"), { allocate: () => memory });
  assert.equal(pixels.buffer, memory.buffer);
  assert.deepEqual(pixels, decodeImage(goldenFile("baseline-0.jpg")).pixels);
  const tooShort = { allocate: () => new Uint8Array(10) };
  assert.throws(
    () => decodeImage(goldenFile("baseline-0.jpg"), tooShort),
    /RangeError: Cannot decode 702 bytes/,
  );
});

Deno.test("decodeImage() leaves a JPEG as it is stored if it is told to", () => {
  const upright = decodeImage(goldenFile("orientation-1.jpg"));
  const lying = goldenFile("orientation-6.jpg");
  assert.deepEqual(decodeImage(lying, { orientation: "ignore" }).pixels, upright.pixels);
  assert.deepEqual(imageInfo(lying), { format: "jpeg", height: 18, width: 13, channels: 3 });
});

Deno.test("decodeImage() shows the background that it is given", () => {
  const half = {
    height: 1,
    width: 2,
    channels: 4,
    pixels: Uint8Array.of(200, 100, 0, 0, 200, 100, 0, 51),
  } as const;
  const file = encodePng(half);
  assert.deepEqual([...decodeImage(file, { background: 0 }).pixels], [0, 0, 0, 40, 20, 0]); // 51 / 255 = 1/5
  assert.deepEqual([...decodeImage(file).pixels], [255, 255, 255, 244, 224, 204]); // 200/5 + 255 · 4/5, …
});

Deno.test("decodeImage() reads bytes in shared memory", () => {
  for (const name of ["color.png", "baseline-0.jpg", "lossy.webp", "color.gif"]) {
    const file = goldenFile(name);
    const shared = new Uint8Array(new SharedArrayBuffer(file.length));
    shared.set(file);
    assert.deepEqual(decodeImage(shared), decodeImage(file));
  }
});

Deno.test("decodeImage() survives flipped bytes: an image of the promised size or an ImageError", () => {
  for (const { name, file } of goldenImages) {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (flips) => {
          const flipped = file.slice();
          for (const [at, value] of flips) flipped[at] = value;
          try {
            const { height, width, channels, pixels } = decodeImage(flipped, { maxPixels: 10_000 });
            assert.equal(pixels.length, height * width * channels);
          } catch (error) {
            assert.ok(error instanceof ImageError, `${name}: ${error}`);
          }
        },
      ),
      { numRuns: 40, seed: 1 },
    );
  }
});

Deno.test("decodeImage() gives the same in a worker", async () => {
  const worker = new Worker(import.meta.resolve("./_decode_in_worker.ts"), { type: "module" });
  try {
    for (const name of ["color.png", "baseline-2.jpg", "lossy.webp", "color.gif"]) {
      const file = goldenFile(name);
      const { promise, resolve } = Promise.withResolvers<unknown>();
      worker.onmessage = ({ data }) => resolve(data);
      worker.postMessage(file);
      assert.deepEqual(await promise, decodeImage(file));
    }
  } finally {
    worker.terminate();
  }
});

Deno.test("the system's WebP decoder and the one in WebAssembly give the same", () => {
  for (const name of ["lossless.webp", "lossy.webp", "lossy-alpha.webp"]) {
    const file = goldenFile(name);
    assert.deepEqual(decodeInWasm(file, webpHeader(file)).pixels, decodeImage(file, { channels: 4 }).pixels);
  }
});
