/**
 * Images as PNG files.
 * @module
 */
import { deflateSync } from "node:zlib";
import { pngFile } from "./_png_file.ts";
import type { DecodedImage } from "./decoded_image.ts";

const COLOR_TYPES = { 1: 0, 3: 2, 4: 6 } as const;
const UP = 2; // the filter: differences to the row above compress well enough, and are quick

/**
 * An image as the bytes of a PNG file (third edition, 8 bits, not interlaced), without loss.
 *
 * @example
 * ```ts
 * import { decodeImage, encodePng } from "@lacuna/data/images";
 * import assert from "node:assert/strict";
 *
 * const image = { height: 1, width: 2, channels: 3, pixels: Uint8Array.of(255, 0, 0, 0, 0, 255) } as const;
 * assert.deepEqual(decodeImage(encodePng(image)), image);
 * ```
 * @throws {RangeError} If there are not height · width · channels pixels, at least one.
 */
export function encodePng({ height, width, channels, pixels }: DecodedImage): Uint8Array<ArrayBuffer> {
  if (pixels.length !== height * width * channels || pixels.length === 0) {
    throw new RangeError(`${pixels.length} values are no image of [${height}, ${width}, ${channels}]`);
  }
  const data = deflateSync(filtered(pixels, height, width * channels));
  return pngFile({ height, width, colorType: COLOR_TYPES[channels], data });
}

function filtered(pixels: Uint8Array, height: number, rowBytes: number): Uint8Array {
  const rows = new Uint8Array(height * (1 + rowBytes));
  for (let row = 0, to = 0; row < height; row++) {
    rows[to++] = UP;
    for (let from = row * rowBytes; from < (row + 1) * rowBytes; from++) {
      rows[to++] = pixels[from]! - (row > 0 ? pixels[from - rowBytes]! : 0);
    }
  }
  return rows;
}
