import {
  autocontrastReference,
  blendReference,
  contrastReference,
  equalizeReference,
  greys,
  hueReference,
  levelOf,
} from "./_colour_reference.ts";
import {
  affineReference,
  blurReference,
  eraseReference,
  flipReference,
  sharpnessReference,
} from "./_filter_reference.ts";
import { clip, mapValues, type Picture } from "./_picture.ts";
import { resizeReference } from "./_resize_reference.ts";
import type { ImageStep, ImageSteps } from "./image_step.ts";
import type { SourceImage, ViewFormat } from "./image_views.ts";

/** `imageViews()` in plain JavaScript, in float64, for devices without the kernel. */
export function imageViewsReference(
  images: readonly SourceImage[],
  steps: readonly ImageSteps[],
  { height, width, channels, mean, std }: ViewFormat,
  views: readonly Float32Array[],
): void {
  const size = height * width * channels;
  for (const [b, image] of images.entries()) {
    const shared = takeSteps(pictureOf(image), steps[b]!.shared);
    for (const [v, view] of views.entries()) {
      const { values } = takeSteps(shared, steps[b]!.views[v]!);
      for (let i = 0; i < size; i++) {
        const c = i % channels;
        view[b * size + i] = (values[i]! - mean[c]!) / std[c]!;
      }
    }
  }
}

function pictureOf({ height, width, channels, pixels }: SourceImage): Picture {
  const values = pixels instanceof Float32Array
    ? Float64Array.from(pixels)
    : Float64Array.from(pixels, (level) => level / 255);
  return { height, width, channels, values };
}

function takeSteps(picture: Picture, steps: readonly ImageStep[]): Picture {
  return steps.reduce(takeStep, picture);
}

function takeStep(picture: Picture, step: ImageStep): Picture {
  switch (step.kind) {
    case "crop":
      return resizeReference(picture, step.box, step.box, { filter: "bilinear", antialias: false });
    case "resize":
      return resizeReference(picture, step.box ?? { top: 0, left: 0, ...sizeOf(picture) }, step, step);
    case "flip":
      return flipReference(picture);
    case "brightness":
      return blendReference(picture, () => 0, step.factor);
    case "contrast":
      return contrastReference(picture, step.factor);
    case "saturation": {
      if (picture.channels !== 3) return picture;
      const grey = greys(picture);
      return blendReference(picture, (pixel) => grey[pixel]!, step.factor);
    }
    case "hue":
      return picture.channels === 3 ? hueReference(picture, step.shift) : picture;
    case "grayscale": {
      const grey = greys(picture);
      return mapValues(picture, (_, i) => grey[Math.floor(i / picture.channels)]!);
    }
    case "solarize":
      return mapValues(picture, (value) => value >= step.threshold - 1e-5 ? 1 - value : value);
    case "posterize":
      return mapValues(picture, (value) => (levelOf(value) & (256 - (256 >> step.bits))) / 255);
    case "invert":
      return mapValues(picture, (value) => clip(1 - value));
    case "autocontrast":
      return autocontrastReference(picture);
    case "equalize":
      return equalizeReference(picture);
    case "sharpness":
      return sharpnessReference(picture, step.factor);
    case "blur":
      return blurReference(picture, step.sigma, step.kernelSize);
    case "affine":
      return affineReference(picture, step);
    case "erase":
      return eraseReference(picture, step);
  }
}

function sizeOf({ height, width }: Picture): { height: number; width: number } {
  return { height, width };
}
