import { checkImageSteps } from "./_check_image_steps.ts";
import { encodeImageSteps } from "./_encode_image_steps.ts";
import { imageKernels, type ImageViewsCall } from "./image_kernels.ts";
import { imageViewsReference } from "./image_views_reference.ts";
import type { ImageSteps } from "./image_step.ts";

export type { ImageFilter, ImageStep, ImageSteps, PixelBox } from "./image_step.ts";

/** An image of whatever size. */
export type SourceImage = {
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C, 1…4: 3 are red, green, blue. */
  readonly channels: number;
  /** [H, W, C]: bytes 0…255, or floats in [0, 1]. */
  readonly pixels: Uint8Array | Float32Array;
};

/** What a view is like. */
export type ViewFormat = {
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C, 1…4. */
  readonly channels: number;
  /** [C], of values in [0, 1]. */
  readonly mean: readonly number[];
  /** [C], > 0. */
  readonly std: readonly number[];
};

/** How views are made. */
export type ViewOptions = {
  /** Where the views are written, one after the other: V · B · H · W · C floats. Without, into new memory. */
  readonly out?: Float32Array;
  /** `one`: by the caller's thread alone, which then neither asks others for help nor disturbs them. `all` without. */
  readonly threads?: "all" | "one";
};

const mostChannels = 4;

/**
 * Views of images for training: what each image goes through is a list of steps, some of them shared by its views; what comes out is
 * normalized by mean and standard deviation.
 *
 * An image's views depend on the image and its steps alone, bit for bit, whatever the batch and the number of threads. The kernel works in
 * float32 and the reference in float64: views differ by rounding, about 10⁻⁶ in [0, 1].
 *
 * @example
 * ```ts
 * import { imageViews } from "@lacuna/tensor/image-views";
 * import assert from "node:assert/strict";
 *
 * const image = { height: 2, width: 2, channels: 1, pixels: Uint8Array.of(0, 255, 51, 102) };
 * const upperHalf = { top: 0, left: 0, height: 1, width: 2 };
 * const format = { height: 1, width: 2, channels: 1, mean: [0], std: [1] };
 * const steps = { shared: [{ kind: "crop", box: upperHalf }], views: [[], [{ kind: "flip" }]] } as const;
 * const [first, second] = imageViews([image], [steps], format);
 * assert.deepEqual([...first!, ...second!], [0, 1, 1, 0]);
 * ```
 * @param images [B] of the format's channels.
 * @param steps [B], each with as many views.
 * @param format What the views are like.
 * @param options Where to, and on how many threads.
 * @returns [B, H, W, C] for every view, by C or WebAssembly code where the device in use has it.
 * @throws {RangeError} If a step leaves an image or its own range, a view ends at another size, or a float lies outside of [0, 1].
 * @throws {TypeError} If images, steps and format do not fit each other.
 */
export function imageViews(
  images: readonly SourceImage[],
  steps: readonly ImageSteps[],
  format: ViewFormat,
  options: ViewOptions = {},
): Float32Array[] {
  const { views, out } = prepare(images, steps, format, options);
  const kernels = imageKernels();
  if (!kernels) imageViewsReference(images, steps, format, views);
  else if (views.length > 0) {
    check(kernels.views(callOf(images, steps, format, views.length, out), options.threads === "one"));
  }
  return views;
}

/**
 * The same numbers as {@linkcode imageViews} gives on the same device; on the native one a thread of its own makes them, while the program
 * goes on.
 * @param images [B], of the format's channels; must not change meanwhile.
 * @param steps [B], each with as many views.
 * @param format What the views are like.
 * @param options Where to; it is one thread in any case.
 * @returns [B, H, W, C] for every view.
 * @throws {RangeError} If a step leaves an image or its own range, a view ends at another size, or a float lies outside of [0, 1].
 * @throws {TypeError} If images, steps and format do not fit each other.
 */
export async function imageViewsAsync(
  images: readonly SourceImage[],
  steps: readonly ImageSteps[],
  format: ViewFormat,
  options: Omit<ViewOptions, "threads"> = {},
): Promise<Float32Array[]> {
  const { views, out } = prepare(images, steps, format, options);
  const kernels = imageKernels();
  if (!kernels) imageViewsReference(images, steps, format, views);
  else if (views.length > 0) {
    check(await kernels.viewsAsync(callOf(images, steps, format, views.length, out)));
  }
  return views;
}

function check(status: number): void {
  if (status !== 0) {
    throw new Error("Cannot make views: there is no memory left; pass fewer images, or smaller ones");
  }
}

/** Refuses what does not fit, and finds a place for the views. */
function prepare(
  images: readonly SourceImage[],
  steps: readonly ImageSteps[],
  format: ViewFormat,
  { out: given }: ViewOptions,
): { views: Float32Array[]; out: Float32Array } {
  const { height, width, channels, mean, std } = format;
  if (!(Number.isInteger(channels) && channels >= 1 && channels <= mostChannels)) {
    throw new RangeError(`Cannot make views of ${channels} channels: choose 1…${mostChannels}`);
  }
  if (mean.length !== channels || std.length !== channels || !std.every((value) => value > 0)) {
    throw new TypeError(
      `Cannot normalize ${channels} channels by the means ${mean.join(", ")} and the deviations ${
        std.join(", ")
      }: ` +
        "pass one of each for every channel, deviations > 0",
    );
  }
  if (steps.length !== images.length) {
    throw new TypeError(
      `Cannot take ${steps.length} lists of steps for ${images.length} images: pass as many`,
    );
  }
  const numViews = steps[0]?.views.length ?? 0;
  for (const [b, image] of images.entries()) {
    checkImage(image, channels, b);
    if (steps[b]!.views.length !== numViews) {
      throw new TypeError(
        `Cannot make ${
          steps[b]!.views.length
        } views of image ${b} and ${numViews} of image 0: pass as many for each`,
      );
    }
    checkImageSteps(steps[b]!, image, format, `image ${b}`);
  }
  const size = images.length * height * width * channels;
  const out = given ?? new Float32Array(numViews * size);
  if (out.length !== numViews * size) {
    throw new TypeError(
      `Cannot write ${numViews} views of ${images.length} images of ${height}×${width}×${channels} ` +
        `to ${out.length} floats: pass ${numViews * size}`,
    );
  }
  return { views: Array.from({ length: numViews }, (_, v) => out.subarray(v * size, (v + 1) * size)), out };
}

function checkImage(image: SourceImage, channels: number, b: number): void {
  const { height, width, pixels } = image;
  if (image.channels !== channels) {
    throw new TypeError(
      `Cannot make views of ${channels} channels from image ${b} with ${image.channels}: decode it to ${channels}`,
    );
  }
  if (!(height >= 1 && width >= 1 && pixels.length === height * width * channels)) {
    throw new TypeError(
      `Cannot read image ${b} of ${height}×${width}×${channels} from ${pixels.length} values: ` +
        `pass ${height * width * channels}, at least one pixel`,
    );
  }
  if (pixels instanceof Float32Array) {
    const at = pixels.findIndex((value) => !(value >= 0 && value <= 1));
    if (at >= 0) {
      throw new RangeError(
        `Cannot read image ${b}: value ${at} is ${pixels[at]}; scale its floats to [0, 1]`,
      );
    }
  }
}

/** Everything as the kernel takes it. */
function callOf(
  images: readonly SourceImage[],
  steps: readonly ImageSteps[],
  { height, width, channels, mean, std }: ViewFormat,
  numViews: number,
  out: Float32Array,
): ImageViewsCall {
  return {
    images,
    ...encodeImageSteps(steps, images, { numViews, channels }),
    statistics: Float32Array.from([
      ...std.map((deviation) => 1 / deviation),
      ...mean.map((value, c) => value / std[c]!),
    ]),
    out,
    sizes: [numViews, images.length, height, width, channels],
  };
}
