import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeImage } from "./decode_image.ts";
import { encodePng } from "./encode_png.ts";

Deno.test("encodePng() loses nothing", () => {
  const sizes = fc.tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(1, 3, 4),
  );
  const images = sizes.chain(([height, width, channels]) => {
    const size = height * width * channels;
    return fc.uint8Array({ minLength: size, maxLength: size }).map((pixels) => ({
      height,
      width,
      channels: channels as 1 | 3 | 4,
      pixels: new Uint8Array(pixels),
    }));
  });
  fc.assert(fc.property(images, (image) => {
    assert.deepEqual(decodeImage(encodePng(image), { channels: image.channels }), image);
  }));
});

Deno.test("encodePng() refuses pixels that are not as many as the shape says", () => {
  const image = { height: 2, width: 2, channels: 3, pixels: new Uint8Array(11) } as const;
  assert.throws(() => encodePng(image), /^RangeError: 11 values are no image of \[2, 2, 3\]$/);
});
