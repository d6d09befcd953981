import { stream, uniform } from "@lacuna/random";
import type { ImageEdit, ImageShape } from "@lacuna/tensor/augment-images";
import type { Augmentation } from "./augment_batch.ts";
import type { EpochAddress } from "./epoch_order.ts";
import { randomLight } from "./random_light.ts";
import { randomResizedCrop } from "./random_resized_crop.ts";

/** What becomes of each sample: a part, mirrored or not, and of it the student's view and then the teacher's. */
export function drawEdits(
  { height, width }: ImageShape,
  samples: ArrayLike<number>,
  { crop, flipProbability, jitter }: Augmentation,
  { seed, epoch }: EpochAddress,
): ImageEdit[] {
  return Array.from(samples, (sample) => {
    const prng = (name: string) => stream({ seed, name, epoch, sample });
    return {
      box: randomResizedCrop(height, width, crop, prng("crop")),
      flip: uniform(prng("flip"), 0) < flipProbability,
      lights: [randomLight(jitter, prng("student jitter")), randomLight(jitter, prng("teacher jitter"))],
    };
  });
}
