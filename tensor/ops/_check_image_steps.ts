import type { ImageStep, ImageSteps, PixelBox } from "./image_step.ts";

type Size = { readonly height: number; readonly width: number };

const mostPixels = 2 ** 24; // of a side; float32 counts so far
const mostKernel = 255;

/**
 * Refuses steps that leave an image's borders or their own ranges.
 * @param size Of the image.
 * @param where Which image, for the message.
 */
export function checkImageSteps(
  steps: ImageSteps,
  size: Size,
  view: Size & { readonly channels: number },
  where: string,
): void {
  const shared = steps.shared.reduce((size, step) => sizeAfter(step, size, view.channels, where), size);
  for (const [v, own] of steps.views.entries()) {
    const { height, width } = own.reduce(
      (size, step) => sizeAfter(step, size, view.channels, `view ${v} of ${where}`),
      shared,
    );
    if (height !== view.height || width !== view.width) {
      throw new RangeError(
        `Cannot make view ${v} of ${where}: its steps end at ${height}×${width}, ` +
          `the view has ${view.height}×${view.width}: resize or crop to that`,
      );
    }
  }
}

function sizeAfter(step: ImageStep, size: Size, channels: number, where: string): Size {
  const refuse = (problem: string): never => {
    throw new RangeError(`Cannot take the step "${step.kind}" of ${where}: ${problem}`);
  };
  switch (step.kind) {
    case "crop":
      checkBox(step.box, size, refuse);
      return step.box;
    case "resize":
      if (step.box) checkBox(step.box, size, refuse);
      if (!isCount(step.height) || !isCount(step.width)) {
        refuse(`a size of ${step.height}×${step.width}: choose whole numbers from 1`);
      }
      return step;
    case "brightness":
    case "contrast":
    case "saturation":
    case "sharpness":
      if (!(step.factor >= 0 && step.factor < Infinity)) refuse(`a factor of ${step.factor}: choose one ≥ 0`);
      break;
    case "hue":
      if (!(Math.abs(step.shift) <= 0.5)) refuse(`a shift of ${step.shift}: choose one in [−0.5, 0.5]`);
      break;
    case "blur":
      if (!(step.sigma > 0 && step.sigma < Infinity)) refuse(`a sigma of ${step.sigma}: choose one > 0`);
      if (!(isCount(step.kernelSize) && step.kernelSize % 2 === 1 && step.kernelSize <= mostKernel)) {
        refuse(`a kernel of ${step.kernelSize} pixels: choose an odd number in 1…${mostKernel}`);
      }
      break;
    case "solarize":
      if (Number.isNaN(step.threshold)) refuse("a threshold of NaN: choose one in [0, 1]");
      break;
    case "posterize":
      if (!(isCount(step.bits) && step.bits <= 8)) refuse(`${step.bits} bits: choose a whole number in 1…8`);
      break;
    case "affine":
      if (!step.matrix.every(Number.isFinite)) {
        refuse(`a matrix of ${step.matrix.join(", ")}: choose finite numbers`);
      }
      if (step.fill.length !== channels) refuse(`${step.fill.length} values to fill with: pass ${channels}`);
      break;
    case "erase": {
      checkBox(step.box, size, refuse);
      const all = step.box.height * step.box.width * channels;
      if (step.values.length !== channels && step.values.length !== all) {
        refuse(`${step.values.length} values: pass ${channels}, or ${all}`);
      }
    }
  }
  return size;
}

function checkBox(
  { top, left, height, width }: PixelBox,
  size: Size,
  refuse: (problem: string) => never,
): void {
  const isInside = Number.isInteger(top) && Number.isInteger(left) && isCount(height) && isCount(width) &&
    top >= 0 && left >= 0 && top + height <= size.height && left + width <= size.width;
  if (!isInside) {
    refuse(
      `a box of ${height}×${width} at (${top}, ${left}) in ${size.height}×${size.width}: choose one within`,
    );
  }
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= mostPixels;
}
