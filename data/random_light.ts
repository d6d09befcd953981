/**
 * Random brightness and contrast.
 * @module
 */
import { type Prng, uniform } from "@lacuna/random";
import type { Light } from "@lacuna/tensor/augment-images";

/** How strongly and how often. */
export type JitterRange = {
  /** s, in [0, 1]: both factors are uniform in [1 − s, 1 + s]. */
  readonly strength: number;
  /** Share of the images that are changed at all, in [0, 1]. */
  readonly probability: number;
};

/**
 * Draws a change of brightness and contrast, in random order.
 *
 * Torchvision's `ColorJitter` without saturation and hue, which grey images do not have (colour images are spared
 * them too).
 * @param range How strongly and how often.
 * @param prng Four numbers, from index 0: whether, in which order, brightness, contrast.
 * @returns Both factors 1 where nothing is to change.
 * @throws {RangeError} If strength or probability lie outside of [0, 1].
 */
export function randomLight({ strength, probability }: JitterRange, prng: Prng): Light {
  if (!(strength >= 0 && strength <= 1 && probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `Cannot jitter with strength ${strength} and probability ${probability}: choose both in [0, 1]`,
    );
  }
  if (!(uniform(prng, 0) < probability)) return { brightness: 1, contrast: 1, contrastFirst: false };
  return {
    contrastFirst: uniform(prng, 1) >= 0.5,
    brightness: 1 + strength * (2 * uniform(prng, 2) - 1),
    contrast: 1 + strength * (2 * uniform(prng, 3) - 1),
  };
}
