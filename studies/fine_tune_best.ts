import type { TokenEncoder } from "@lacuna/encoders";
import { fineTune, type FineTuneProtocol, fineTuneProtocols } from "@lacuna/evaluation";
import { firstOf, type StudyImages } from "./study_images.ts";

/** How studies fine-tune. */
export const fineTuning: {
  /** Labelled images that it learns from. */
  readonly numImages: number;
  /** Ways, of which each encoder has its best. */
  readonly choices: readonly FineTuneProtocol[];
} = {
  numImages: 1024,
  choices: [
    { baseLearningRate: 8e-3, layerDecay: 1 },
    { baseLearningRate: 1.6e-2, layerDecay: 0.75 },
    { baseLearningRate: 3.2e-2, layerDecay: 0.75 },
    { baseLearningRate: 6.4e-2, layerDecay: 0.75 },
  ].map((choice) => ({ ...fineTuneProtocols.few, ...choice })),
};

/** What came of the best of the choices. */
export type FineTuned = {
  /** Share of the test images whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** Index of what was chosen. */
  readonly choice: number;
};

/**
 * Fine-tunes copies of an encoder with each of the choices, and judges that which does best on the validation images on the test images. An
 * encoder as it starts has the same choices: supervised training from scratch, at its best too.
 */
export async function fineTuneBest(
  encoder: TokenEncoder,
  { train, validation, test }: StudyImages,
): Promise<FineTuned> {
  const labelled = firstOf(train, fineTuning.numImages);
  const accuracies: number[] = [];
  for (const options of fineTuning.choices) {
    try {
      accuracies.push((await fineTune(encoder, labelled, validation, options)).accuracy);
    } catch (error) { // its rate was too high for this encoder
      if (!(error instanceof RangeError)) throw error;
      accuracies.push(-1);
    }
  }
  const choice = accuracies.indexOf(Math.max(...accuracies));
  const { accuracy } = await fineTune(encoder, labelled, test, fineTuning.choices[choice]);
  return { accuracy, choice };
}
