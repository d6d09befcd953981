import { decodeImage } from "@lacuna/data/images";
import { Buffer } from "node:buffer";
import assert from "node:assert/strict";
import { attentionOverlay, opaque, withHoles } from "./_picture.ts";
import type { Picture } from "./report_data.ts";

/** The RGBA pixels of a PNG in a data URI. */
function decode(uri: string): { width: number; height: number; pixels: number[][] } {
  const bytes = Buffer.from(uri.slice("data:image/png;base64,".length), "base64");
  const { height, width, pixels } = decodeImage(new Uint8Array(bytes), { channels: 4 });
  const split = Array.from({ length: width * height }, (_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]);
  return { width, height, pixels: split };
}

const grey: Picture = { height: 2, width: 4, channels: 1, pixels: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7) };

Deno.test("opaque() shows grey as equal parts of red, green and blue, and colour as it is", () => {
  assert.deepEqual(decode(opaque(grey)).pixels[6], [6, 6, 6, 255]);
  const colour = { height: 1, width: 1, channels: 3, pixels: Uint8Array.of(9, 8, 7) };
  assert.deepEqual(decode(opaque(colour)).pixels, [[9, 8, 7, 255]]);
});

Deno.test("withHoles() leaves only the visible patches, counted row by row", () => {
  const alpha = (visible: number[], patchSize: number) =>
    decode(withHoles(grey, Int32Array.from(visible), patchSize)).pixels.map((pixel) => pixel[3]);
  assert.deepEqual(alpha([1], 2), [0, 0, 255, 255, 0, 0, 255, 255]); // two patches of 2×2 side by side
  assert.deepEqual(alpha([0, 5], 1), [255, 0, 0, 0, 0, 255, 0, 0]);
});

Deno.test("attentionOverlay() has a pixel a patch, strongest where the weight is highest", () => {
  const { width, height, pixels } = decode(attentionOverlay(Float32Array.of(0, 0.5), grey));
  assert.deepEqual([width, height], [2, 1]);
  assert.deepEqual(pixels.map((pixel) => pixel[3]), [0, 225]);
});
