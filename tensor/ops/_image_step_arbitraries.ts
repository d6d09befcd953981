import fc from "fast-check";
import type { ImageStep, PixelBox } from "./image_step.ts";

type Size = { readonly height: number; readonly width: number };

/** Some box of an image, as a number chooses. */
export function boxOf({ height, width }: Size, n: number): PixelBox {
  const top = n % height, left = (n >> 4) % width;
  return { top, left, height: 1 + (n >> 8) % (height - top), width: 1 + (n >> 12) % (width - left) };
}

const factor = fc.double({ min: 0, max: 2, noNaN: true });

/** Steps whose results depend on their input without jumps, so that rounding shows as rounding. */
export const smoothSteps: fc.Arbitrary<ImageStep[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom("brightness", "contrast", "saturation", "sharpness"), factor }),
    fc.record({ kind: fc.constant("hue"), shift: fc.double({ min: -0.5, max: 0.5, noNaN: true }) }),
    fc.record({ kind: fc.constantFrom("flip", "grayscale", "invert") }),
    fc.record({
      kind: fc.constant("blur"),
      sigma: fc.double({ min: 0.1, max: 3, noNaN: true }),
      kernelSize: fc.constantFrom(1, 3, 9, 23),
    }),
  ) as fc.Arbitrary<ImageStep>,
  { maxLength: 5 },
);

/** Some pixels, 0…255. */
export function somePixels(length: number, n: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => Math.imul(i + n, 2654435761) >>> 24);
}
