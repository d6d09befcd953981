import type { ImageSet } from "@lacuna/data";
import type { TokenEncoder } from "@lacuna/encoders";
import { DivergenceError, fineTune, type FineTuneProtocol, fineTuneProtocols } from "@lacuna/evaluation";
import { InterruptedError, NonFiniteError } from "@lacuna/pipelines";
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

/** How it is done. */
export type FineTuneBestOptions = {
  /** Ways to fine-tune; the studies' by default. */
  readonly choices?: readonly FineTuneProtocol[];
  /** Ends it after the way at hand. */
  readonly signal?: AbortSignal | undefined;
};

/**
 * Fine-tunes a copy of an encoder in each of the ways, and says of that which does best on the validation images how it does on the test images. An
 * encoder as it starts has the same choices: supervised training from scratch, at its best too. A way in which the loss is no number is left out.
 * @throws {RangeError} If there is no way.
 * @throws {NonFiniteError} If it is none in any way.
 * @throws {InterruptedError} If `signal` was aborted.
 */
export async function fineTuneBest(
  encoder: TokenEncoder,
  { train, validation, test }: StudyImages,
  { choices = fineTuning.choices, signal }: FineTuneBestOptions = {},
): Promise<FineTuned> {
  if (choices.length === 0) throw new RangeError("There is no way to fine-tune to choose from");
  const labelled = firstOf(train, fineTuning.numImages);
  const asked = joined(validation, test); // one training answers for both
  let best: FineTuned & { readonly onValidation: number } | undefined;
  let failure: DivergenceError | undefined;
  for (const [choice, protocol] of choices.entries()) {
    if (signal?.aborted) throw new InterruptedError(`Interrupted before way ${choice} to fine-tune`);
    try {
      const { predictions } = await fineTune(encoder, labelled, asked, protocol);
      const onValidation = shareRight(predictions.subarray(0, validation.size), validation);
      if (best && onValidation <= best.onValidation) continue;
      best = { choice, onValidation, accuracy: shareRight(predictions.subarray(validation.size), test) };
    } catch (error) {
      if (!(error instanceof DivergenceError)) throw error;
      failure = error;
    }
  }
  if (!best) {
    throw new NonFiniteError(`No way to fine-tune has a loss that is a number: ${failure?.message}`, {
      cause: failure,
    });
  }
  return { accuracy: best.accuracy, choice: best.choice };
}

function joined(first: ImageSet, second: ImageSet): ImageSet {
  const images = new Uint8Array(first.images.length + second.images.length);
  images.set(first.images);
  images.set(second.images, first.images.length);
  return {
    ...second,
    size: first.size + second.size,
    images,
    labels: Int32Array.from([...first.labels, ...second.labels]),
  };
}

function shareRight(predictions: Int32Array, { labels, size }: ImageSet): number {
  return predictions.reduce((count, label, row) => count + Number(label === labels[row]), 0) / size;
}
