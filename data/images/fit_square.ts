/**
 * Images of one size.
 * @module
 */
import type { DecodedImage } from "./decoded_image.ts";

/**
 * The middle square of an image at another size: the shorter side is resized to `size`, and what the longer one has more is cut off at
 * both ends alike (torchvision's Resize and CenterCrop). Linear interpolation, averaged over all the pixels that become one when the
 * image gets smaller (antialiased, Pillow's BILINEAR).
 * @param image Of any size.
 * @param size H and W of the result, ≥ 1.
 * @throws {RangeError} If `size` is no positive integer.
 */
export function fitSquare(image: DecodedImage, size: number): DecodedImage {
  if (!Number.isInteger(size) || size < 1) {
    throw new RangeError(`No image has a side of ${size} pixels: choose one ≥ 1`);
  }
  const { height, width, channels } = image;
  if (height === size && width === size) return image;
  const shorter = Math.min(height, width);
  const resized = (length: number) => Math.floor(length * size / shorter);
  const rows = weightsFor(height, resized(height), size);
  const columns = weightsFor(width, resized(width), size);
  const narrow = new Float32Array(height * size * channels); // [H, size, C]
  for (let y = rows.first; y < rows.last; y++) {
    for (let x = 0; x < size; x++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let tap = 0; tap < columns.numTaps; tap++) {
          const from = Math.min(columns.starts[x]! + tap, width - 1); // beyond the edge the weight is 0
          sum += columns.weights[x * columns.numTaps + tap]! *
            image.pixels[(y * width + from) * channels + c]!;
        }
        narrow[(y * size + x) * channels + c] = sum;
      }
    }
  }
  const rowLength = size * channels;
  const pixels = new Uint8Array(size * rowLength);
  const sums = new Float32Array(rowLength);
  for (let y = 0; y < size; y++) {
    sums.fill(0);
    for (let tap = 0; tap < rows.numTaps; tap++) {
      const from = Math.min(rows.starts[y]! + tap, height - 1) * rowLength;
      const weight = rows.weights[y * rows.numTaps + tap]!;
      if (weight === 0) continue;
      for (let i = 0; i < rowLength; i++) sums[i] = sums[i]! + weight * narrow[from + i]!;
    }
    for (let i = 0; i < rowLength; i++) pixels[y * rowLength + i] = Math.round(sums[i]!);
  }
  return { height: size, width: size, channels, pixels };
}

/** Which pixels of a side become each pixel of the middle of the resized side, and with which weights, that add up to 1. */
type Weights = {
  readonly numTaps: number;
  /** [size] the first pixel for each. */
  readonly starts: Int32Array;
  /** [size, numTaps] */
  readonly weights: Float32Array;
  /** The first pixel that is needed at all, and the one after the last. */
  readonly first: number;
  readonly last: number;
};

function weightsFor(length: number, resized: number, size: number): Weights {
  const scale = length / resized;
  const reach = Math.max(scale, 1); // a triangle over as many pixels as become one, over one neighbour where it grows
  const numTaps = Math.ceil(reach) * 2 + 1;
  const offset = roundToEven((resized - size) / 2);
  const starts = new Int32Array(size);
  const weights = new Float32Array(size * numTaps);
  let last = 0;
  for (let i = 0; i < size; i++) {
    const center = (i + offset + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(length, Math.trunc(center + reach + 0.5));
    const taps = Array.from({ length: end - start }, (_, tap) => {
      return Math.max(0, 1 - Math.abs((start + tap + 0.5 - center) / reach));
    });
    const sum = taps.reduce((total, weight) => total + weight, 0);
    weights.set(taps.map((weight) => weight / sum), i * numTaps);
    starts[i] = start;
    last = Math.max(last, end);
  }
  return { numTaps, starts, weights, first: starts[0]!, last };
}

/** As torchvision's CenterCrop rounds: a half to the even side. */
function roundToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + floor % 2 : Math.round(value);
}
