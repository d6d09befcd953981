import { greyShares } from "./_grey_shares.ts";
import type { CropBox, ImageEdit, ImageFormat, ImageShape, Light } from "./augment_images.ts";

/** `augmentImages()` in plain JavaScript, for devices without the kernel. */
export function augmentImagesReference(
  pixels: Uint8Array,
  format: ImageFormat,
  edits: readonly ImageEdit[],
): Float32Array<ArrayBuffer>[] {
  const { height, width, channels } = format;
  const imageLength = height * width * channels;
  const part = new Float32Array(imageLength); // [H, W, C]
  const lit = new Float32Array(imageLength); // [H, W, C]
  const views = Array.from(edits[0]?.lights ?? [], () => new Float32Array(pixels.length));
  for (const [b, { box, flip, lights }] of edits.entries()) {
    resizeCrop(pixels.subarray(b * imageLength, (b + 1) * imageLength), format, box, flip, part);
    for (const [v, light] of lights.entries()) {
      lit.set(part);
      change(lit, channels, light);
      normalize(lit, format, views[v]!, b * imageLength);
    }
  }
  return views;
}

/** Stretches a part of an image [H, W, C] to the size of the whole: `out` [H, W, C] in [0, 1]. */
function resizeCrop(
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

/** Changes brightness and contrast of an image [H, W, C] in place. */
function change(image: Float32Array, channels: number, { brightness, contrast, contrastFirst }: Light): void {
  if (brightness === 1 && contrast === 1) return;
  if (!contrastFirst) scale(image, brightness, 0);
  scale(image, contrast, (1 - contrast) * meanGrey(image, channels));
  if (contrastFirst) scale(image, brightness, 0);
}

/** image ← clip(factor · image + offset). */
function scale(image: Float32Array, factor: number, offset: number): void {
  for (let i = 0; i < image.length; i++) {
    const value = factor * image[i]! + offset;
    image[i] = value < 0 ? 0 : value > 1 ? 1 : value;
  }
}

function meanGrey(image: Float32Array, channels: number): number {
  const mean = greyShares(channels).reduce((mean, share, c) => {
    let sum = 0;
    for (let i = c; i < image.length; i += channels) sum += image[i]!;
    return mean + sum * share;
  }, 0);
  return mean * channels / image.length;
}

/** Writes (value − mean) / std of each channel to `out` from `offset`; values [H, W, C]. */
function normalize(
  values: Float32Array,
  { mean, std }: ImageFormat,
  out: Float32Array,
  offset: number,
): void {
  const channels = mean.length;
  for (let c = 0; c < channels; c++) {
    const factor = 1 / std[c]!, shift = mean[c]! / std[c]!;
    for (let i = c; i < values.length; i += channels) out[offset + i] = factor * values[i]! - shift;
  }
}
