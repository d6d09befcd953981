/**
 * A part of an image, scaled up to the size of the whole.
 * @module
 */
import type { CropBox } from "./random_resized_crop.ts";

/** Size of an image. */
export type ImageShape = {
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C. */
  readonly channels: number;
};

/**
 * Scales a part of an image to the size of the whole image, by bilinear interpolation between pixel centres
 * (coordinate (x + ½) · box/size − ½); nothing outside the box is looked at. The values are not rounded.
 *
 * @example
 * ```ts
 * import { resizeCrop } from "@lacuna/data";
 * import assert from "node:assert/strict";
 *
 * const image = Uint8Array.of(0, 255, 0, 255); // 2 × 2
 * const shape = { height: 2, width: 2, channels: 1 };
 * const out = new Float32Array(4);
 * resizeCrop(image, shape, { top: 0, left: 0, height: 1, width: 2 }, true, out); // its upper half, mirrored
 * assert.deepEqual([...out], [1, 0, 1, 0]);
 * ```
 * @param image [H, W, C], 0…255.
 * @param shape H, W and C.
 * @param box The part.
 * @param flip Whether to mirror left and right.
 * @param out [H, W, C], written: pixels in [0, 1].
 */
export function resizeCrop(
  image: Uint8Array,
  { height, width, channels }: ImageShape,
  box: CropBox,
  flip: boolean,
  out: Float32Array,
): void {
  const columns = sourcesOf(width, box.width, box.left, channels);
  const rows = sourcesOf(height, box.height, 0, width * channels); // into `narrow`
  const narrow = new Float32Array(box.height * width * channels); // [box.height, W, C]
  for (let y = 0, to = 0; y < box.height; y++) {
    const from = (box.top + y) * width * channels;
    for (let i = 0; i < width; i++) {
      const x = flip ? width - 1 - i : i;
      const first = from + columns.first[x]!, second = from + columns.second[x]!, weight = columns.weight[x]!;
      for (let c = 0; c < channels; c++, to++) {
        const value = image[first + c]!;
        narrow[to] = (value + weight * (image[second + c]! - value)) / 255;
      }
    }
  }
  const rowLength = width * channels;
  for (let y = 0, to = 0; y < height; y++) {
    const first = rows.first[y]!, second = rows.second[y]!, weight = rows.weight[y]!;
    for (let i = 0; i < rowLength; i++, to++) {
      const value = narrow[first + i]!;
      out[to] = value + weight * (narrow[second + i]! - value);
    }
  }
}

/** Along one axis: the offsets of the two pixels that each output pixel lies between, and the weight of the second. */
type Sources = { readonly first: Int32Array; readonly second: Int32Array; readonly weight: Float32Array };

function sourcesOf(size: number, boxSize: number, boxStart: number, stride: number): Sources {
  const first = new Int32Array(size), second = new Int32Array(size), weight = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    const centre = Math.min(Math.max((i + 0.5) * boxSize / size - 0.5, 0), boxSize - 1);
    const below = Math.floor(centre);
    first[i] = (boxStart + below) * stride;
    second[i] = (boxStart + Math.min(below + 1, boxSize - 1)) * stride;
    weight[i] = centre - below;
  }
  return { first, second, weight };
}
