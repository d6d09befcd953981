/**
 * Random brightness and contrast.
 * @module
 */
import { type Prng, uniform } from "@lacuna/random";

/** How strongly and how often. */
export type JitterRange = {
  /** s, in [0, 1]: both factors are uniform in [1 − s, 1 + s]. */
  readonly strength: number;
  /** Share of the images that are changed at all, in [0, 1]. */
  readonly probability: number;
};

const LUMA = [0.299, 0.587, 0.114]; // ITU-R BT.601, as torchvision's greyscale

/**
 * Changes brightness and contrast of an image in place, in random order, each result clipped to [0, 1].
 *
 * Torchvision's `ColorJitter` without saturation and hue, which grey images do not have (colour images are spared
 * them too): brightness scales every pixel, contrast scales its distance from the image's mean grey.
 * @param image [H, W, C], pixels in [0, 1]; changed.
 * @param channels C: 3 are red, green, blue; others weigh the same in the mean.
 * @param range How strongly and how often.
 * @param prng Four numbers, from index 0: whether, in which order, brightness, contrast.
 * @throws {RangeError} If strength or probability lie outside of [0, 1].
 */
export function jitter(image: Float32Array, channels: number, range: JitterRange, prng: Prng): void {
  const { strength, probability } = range;
  if (!(strength >= 0 && strength <= 1 && probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `Cannot jitter with strength ${strength} and probability ${probability}: choose both in [0, 1]`,
    );
  }
  if (!(uniform(prng, 0) < probability)) return;
  const brightness = 1 + strength * (2 * uniform(prng, 2) - 1);
  const contrast = 1 + strength * (2 * uniform(prng, 3) - 1);
  if (uniform(prng, 1) < 0.5) {
    scale(image, brightness, 0);
    scale(image, contrast, (1 - contrast) * meanGrey(image, channels));
  } else {
    scale(image, contrast, (1 - contrast) * meanGrey(image, channels));
    scale(image, brightness, 0);
  }
}

/** image ← clip(factor · image + offset). */
function scale(image: Float32Array, factor: number, offset: number): void {
  for (let i = 0; i < image.length; i++) {
    const value = factor * image[i]! + offset;
    image[i] = value < 0 ? 0 : value > 1 ? 1 : value;
  }
}

function meanGrey(image: Float32Array, channels: number): number {
  let mean = 0;
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c; i < image.length; i += channels) sum += image[i]!;
    mean += sum * (channels === 3 ? LUMA[c]! : 1 / channels);
  }
  return mean * channels / image.length;
}
