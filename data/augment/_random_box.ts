import { integer, type Prng, uniform } from "@lacuna/random";
import type { PixelBox } from "@lacuna/tensor/image-views";

/** Which boxes may be drawn. */
export type BoxRange = {
  /** Share of the image's area, smallest and largest, in (0, 1]. */
  readonly scale: readonly [number, number];
  /** Width over height, smallest and largest, > 0. */
  readonly ratio: readonly [number, number];
};

const numTries = 10;

/**
 * A box of random area and shape: area uniform in `scale`, ratio log-uniform in `ratio`, both sides rounded, its place uniform; at most ten
 * tries until one fits, as in torchvision.
 * @param size Of the image.
 * @param range Which boxes may be drawn.
 * @param prng Four numbers a try, from index 0.
 * @returns Nothing if none did fit.
 */
export function randomBox(
  { height, width }: { readonly height: number; readonly width: number },
  { scale: [minScale, maxScale], ratio: [minRatio, maxRatio] }: BoxRange,
  prng: Prng,
): PixelBox | undefined {
  for (let i = 0; i < 4 * numTries; i += 4) {
    const area = height * width * (minScale + (maxScale - minScale) * uniform(prng, i));
    const ratio = minRatio * (maxRatio / minRatio) ** uniform(prng, i + 1);
    const boxWidth = Math.round(Math.sqrt(area * ratio));
    const boxHeight = Math.round(Math.sqrt(area / ratio));
    if (boxWidth >= 1 && boxWidth <= width && boxHeight >= 1 && boxHeight <= height) {
      const top = integer(prng, i + 2, height - boxHeight + 1);
      const left = integer(prng, i + 3, width - boxWidth + 1);
      return { top, left, height: boxHeight, width: boxWidth };
    }
  }
  return undefined;
}
