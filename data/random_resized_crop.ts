/**
 * Where to cut a random part out of an image.
 * @module
 */
import { integer, type Prng, uniform } from "@lacuna/random";
import type { CropBox } from "@lacuna/tensor/augment-images";

/** Which boxes may be drawn. */
export type CropRange = {
  /** Share of the image's area, smallest and largest, in (0, 1]. */
  readonly scale: readonly [number, number];
  /** Width over height, smallest and largest, > 0. */
  readonly ratio: readonly [number, number];
};

const NUM_TRIES = 10;

/**
 * Draws a box of random area and shape, to be stretched to the size of the whole image.
 *
 * Torchvision's `RandomResizedCrop`: area uniform in `scale`, ratio log-uniform in `ratio`, both sides rounded; ten
 * tries to fit, then the largest centred box of an allowed ratio.
 * @param height Of the image.
 * @param width Of the image.
 * @param range Which boxes may be drawn.
 * @param prng Four numbers a try, from index 0.
 * @throws {RangeError} If a range is empty or out of its bounds.
 */
export function randomResizedCrop(height: number, width: number, range: CropRange, prng: Prng): CropBox {
  const [minScale, maxScale] = range.scale;
  const [minRatio, maxRatio] = range.ratio;
  if (!(minScale > 0 && minScale <= maxScale && maxScale <= 1)) {
    throw new RangeError(
      `Cannot crop to ${minScale}…${maxScale} of the area: choose 0 < smallest ≤ largest ≤ 1`,
    );
  }
  if (!(minRatio > 0 && minRatio <= maxRatio)) {
    throw new RangeError(`Cannot crop to ratios ${minRatio}…${maxRatio}: choose 0 < smallest ≤ largest`);
  }
  for (let i = 0; i < 4 * NUM_TRIES; i += 4) {
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
  const boxWidth = Math.max(1, Math.min(width, Math.round(height * maxRatio)));
  const boxHeight = Math.max(1, Math.min(height, Math.round(width / minRatio)));
  const top = Math.floor((height - boxHeight) / 2);
  const left = Math.floor((width - boxWidth) / 2);
  return { top, left, height: boxHeight, width: boxWidth };
}
