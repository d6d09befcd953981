import { greyShares } from "./_grey_shares.ts";
import { arrayKernels, type AugmentCall } from "./array_kernels.ts";
import { augmentImagesReference } from "./augment_images_reference.ts";

/** Size of an image. */
export type ImageShape = {
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C: 3 are red, green, blue. */
  readonly channels: number;
};

/** Size of an image, and the statistics of each channel's pixels in [0, 1]. */
export type ImageFormat = ImageShape & {
  /** [C]. */
  readonly mean: readonly number[];
  /** [C], > 0. */
  readonly std: readonly number[];
};

/** A part of an image, in whole pixels, within its borders. */
export type CropBox = {
  /** First row. */
  readonly top: number;
  /** First column. */
  readonly left: number;
  /** Number of rows, ≥ 1. */
  readonly height: number;
  /** Number of columns, ≥ 1. */
  readonly width: number;
};

/** A change of brightness and contrast; with both factors 1 there is none. */
export type Light = {
  /** Scales every pixel. */
  readonly brightness: number;
  /** Scales every pixel's distance from the image's mean grey. */
  readonly contrast: number;
  /** Whether the contrast comes before the brightness; each clips to [0, 1]. */
  readonly contrastFirst: boolean;
};

/** What becomes of one image. */
export type ImageEdit = {
  /** The part that is stretched to the size of the whole. */
  readonly box: CropBox;
  /** Whether it is mirrored left to right. */
  readonly flip: boolean;
  /** One for each view of that part. */
  readonly lights: readonly Light[];
};

/**
 * Views of images for training: a part of each, stretched to the size of the whole and mirrored or not, and of it one or several views,
 * each in its own light, normalized by mean and standard deviation.
 *
 * The part is stretched by bilinear interpolation between pixel centres (coordinate (x + ½) · box/size − ½); nothing outside of it is
 * looked at, and values are not rounded. A grey is 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601); channels that are not three weigh
 * the same.
 *
 * @example
 * ```ts
 * import { augmentImages } from "@lacuna/tensor";
 * import assert from "node:assert/strict";
 *
 * const pixels = Uint8Array.of(0, 255, 0, 255); // one image of 2 × 2
 * const format = { height: 2, width: 2, channels: 1, mean: [0], std: [1] };
 * const asItIs = { brightness: 1, contrast: 1, contrastFirst: false };
 * const upperHalf = { top: 0, left: 0, height: 1, width: 2 };
 * const [view] = augmentImages(pixels, format, [{ box: upperHalf, flip: true, lights: [asItIs] }]);
 * assert.deepEqual([...view!], [1, 0, 1, 0]);
 * ```
 * @param pixels [B, H, W, C], 0…255.
 * @param format H, W, C and the channels' statistics.
 * @param edits [B], each with as many lights.
 * @returns [B, H, W, C] for every view, by C or WebAssembly code where the device in use has it.
 * @throws {RangeError} If a box leaves the image, or images have different numbers of views.
 * @throws {TypeError} If there are not as many pixels as B images have.
 */
export function augmentImages(
  pixels: Uint8Array<ArrayBuffer>,
  format: ImageFormat,
  edits: readonly ImageEdit[],
): Float32Array<ArrayBuffer>[] {
  const numViews = checkEdits(pixels, format, edits);
  const kernels = arrayKernels();
  if (!kernels) return augmentImagesReference(pixels, format, edits);
  const call = callOf(pixels, format, edits, numViews);
  kernels.augment(call);
  return viewsOf(call);
}

/**
 * The same numbers as {@linkcode augmentImages} gives on the same device; where that device has threads of the system's, without keeping
 * this one from its work.
 * @param pixels [B, H, W, C], 0…255; must not change meanwhile.
 * @param format H, W, C and the channels' statistics.
 * @param edits [B], each with as many lights.
 * @returns [B, H, W, C] for every view.
 * @throws {RangeError} If a box leaves the image, or images have different numbers of views.
 * @throws {TypeError} If there are not as many pixels as B images have.
 */
export async function augmentImagesAsync(
  pixels: Uint8Array<ArrayBuffer>,
  format: ImageFormat,
  edits: readonly ImageEdit[],
): Promise<Float32Array<ArrayBuffer>[]> {
  const numViews = checkEdits(pixels, format, edits);
  const kernels = arrayKernels();
  if (!kernels) return augmentImagesReference(pixels, format, edits);
  const call = callOf(pixels, format, edits, numViews);
  await kernels.augmentAsync(call);
  return viewsOf(call);
}

/** Returns the number of views. */
function checkEdits(
  pixels: Uint8Array,
  { height, width, channels, mean, std }: ImageFormat,
  edits: readonly ImageEdit[],
): number {
  if (pixels.length !== edits.length * height * width * channels) {
    throw new TypeError(
      `Cannot read ${edits.length} images of ${height}×${width}×${channels} from ${pixels.length} pixels: ` +
        `pass ${edits.length * height * width * channels}`,
    );
  }
  if (mean.length !== channels || std.length !== channels) {
    throw new TypeError(
      `Cannot normalize ${channels} channels by ${mean.length} means and ${std.length} deviations: ` +
        "pass one of each for every channel",
    );
  }
  const numViews = edits[0]?.lights.length ?? 0;
  for (const { box, lights } of edits) {
    const { top, left } = box;
    const isInside = top >= 0 && left >= 0 && box.height >= 1 && box.width >= 1 &&
      top + box.height <= height && left + box.width <= width;
    if (!isInside) {
      throw new RangeError(
        `Cannot crop ${box.height}×${box.width} at (${top}, ${left}) from images of ${height}×${width}: ` +
          "choose a box within the borders",
      );
    }
    if (lights.length !== numViews) {
      throw new RangeError(
        `Cannot make ${lights.length} views of one image and ${numViews} of another: pass as many lights for each`,
      );
    }
  }
  return numViews;
}

/** Everything as the kernel takes it: numbers in arrays, and memory for its result and its work. */
function callOf(
  pixels: Uint8Array<ArrayBuffer>,
  { height, width, channels, mean, std }: ImageFormat,
  edits: readonly ImageEdit[],
  numViews: number,
): AugmentCall {
  const perEdit = 5 + 3 * numViews;
  const numbers = new Float32Array(edits.length * perEdit);
  for (const [b, { box, flip, lights }] of edits.entries()) {
    let at = b * perEdit;
    numbers[at++] = box.top;
    numbers[at++] = box.left;
    numbers[at++] = box.height;
    numbers[at++] = box.width;
    numbers[at++] = Number(flip);
    for (const { brightness, contrast, contrastFirst } of lights) {
      numbers[at++] = brightness;
      numbers[at++] = contrast;
      numbers[at++] = Number(contrastFirst);
    }
  }
  return {
    pixels,
    edits: numbers,
    statistics: Float32Array.from([
      ...std.map((deviation) => 1 / deviation),
      ...mean.map((value, c) => value / std[c]!),
      ...greyShares(channels),
    ]),
    work: new Float32Array(3 * width + (2 * width + 3 * 16) * channels),
    out: new Float32Array(numViews * pixels.length),
    sizes: [numViews, edits.length, height, width, channels],
  };
}

function viewsOf({ out, pixels, sizes: [numViews] }: AugmentCall): Float32Array<ArrayBuffer>[] {
  return Array.from({ length: numViews }, (_, v) => out.subarray(v * pixels.length, (v + 1) * pixels.length));
}
