import type { ImageSet } from "@lacuna/data";
import type { TokenEncoder } from "@lacuna/encoders";
import {
  embed,
  type Encode,
  type Features,
  fineTune,
  knn,
  linearProbe,
  logisticProbe,
  ridgeProbe,
} from "@lacuna/evaluation";
import type { Protocol } from "./study.ts";
import { firstOf } from "./study_images.ts";

/** What is judged. */
export type Judged = {
  /** Gives the features. */
  readonly represent: Encode;
  /** What is fine-tuned; raw pixels have none. */
  readonly encoder?: TokenEncoder;
  /** Whether nothing was learned that layer decay should keep: fine-tuning then is supervised training from scratch. */
  readonly isUntrained?: boolean;
};

/** What each protocol says of an encoder: shares of the test images whose class it finds, in [0, 1]. */
export type Verdict = Readonly<Partial<Record<Protocol, number>>>;

const judges: Readonly<
  Record<
    Exclude<Protocol, "fine-tune">,
    (train: Features, test: Features) => Promise<{ readonly accuracy: number }>
  >
> = { ridge: ridgeProbe, knn, logistic: logisticProbe, linear: linearProbe };

/** Labelled images that fine-tuning learns from, and how; from scratch at half the rate without layer decay, which does better there. */
export const fineTuned = { numImages: 1024, baseLearningRate: 1.6e-2 } as const;

/**
 * Judges an encoder: frozen features of images as they are, not augmented, or fine-tuned with few labels.
 * @param judged The encoder.
 * @param train What the probes learn from.
 * @param test What they are judged on.
 * @param protocols Which; without an encoder nothing is fine-tuned.
 */
export async function judge(
  { represent, encoder, isUntrained = false }: Judged,
  train: ImageSet,
  test: ImageSet,
  protocols: readonly Protocol[],
): Promise<Verdict> {
  const [known, asked] = [await featuresOf(represent, train), await featuresOf(represent, test)];
  const verdict: Partial<Record<Protocol, number>> = {};
  for (const protocol of protocols) {
    if (protocol !== "fine-tune") verdict[protocol] = (await judges[protocol](known, asked)).accuracy;
    else if (encoder) {
      const { numImages, ...options } = fineTuned;
      const labelled = firstOf(train, numImages);
      const scratch = isUntrained ? { layerDecay: 1, baseLearningRate: options.baseLearningRate / 2 } : {};
      verdict[protocol] = (await fineTune(encoder, labelled, test, { ...options, ...scratch })).accuracy;
    }
  }
  return verdict;
}

async function featuresOf(encode: Encode, images: ImageSet): Promise<Features> {
  const values = await embed(encode, images, 500);
  return { values, dim: values.length / images.size, labels: images.labels };
}
