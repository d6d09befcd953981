import type { ImageSet } from "@lacuna/data";
import type { TokenEncoder } from "@lacuna/encoders";
import {
  embed,
  type Encode,
  type Features,
  knn,
  linearProbe,
  logisticProbe,
  ridgeProbe,
} from "@lacuna/evaluation";
import { fineTuneBest, fineTuning } from "./fine_tune_best.ts";
import type { FrozenProtocol, Protocol, Study } from "./study.ts";
import type { StudyImages } from "./study_images.ts";

/** What is judged. */
export type Judged = {
  /** Gives the features. */
  readonly represent: Encode;
  /** What is fine-tuned; raw pixels have none. */
  readonly encoder?: TokenEncoder;
};

/** What of a study decides how encoders are judged. */
export type Judging = Pick<Study, "protocols">;

/** What each protocol says of an encoder: shares of the test images whose class it finds, in [0, 1]. */
export type Verdict = Readonly<Partial<Record<Protocol, number>>> & {
  /** Which of the ways to fine-tune was best. */
  readonly fineTuneChoice?: number;
  /** What {@linkcode judgingOf} says of the study that asked. */
  readonly judgedBy?: string;
};

const probes: Readonly<
  Record<FrozenProtocol, (train: Features, test: Features) => Promise<{ readonly accuracy: number }>>
> = { ridge: ridgeProbe, knn, logistic: logisticProbe, linear: linearProbe };

/**
 * Judges an encoder on the test images.
 * @param judged The encoder; without one nothing is fine-tuned.
 * @param images Probes learn from those to learn from, fine-tuning from the first of them, with its rate chosen on those for validation.
 * @param study Has the protocols.
 * @param signal Ends it between two ways to fine-tune.
 * @throws {NonFiniteError} If no way to fine-tune has a loss that is a number.
 * @throws {InterruptedError} If `signal` was aborted.
 */
export async function judge(
  { represent, encoder }: Judged,
  images: StudyImages,
  study: Judging,
  signal?: AbortSignal,
): Promise<Verdict> {
  const { protocols } = study;
  const frozen = protocols.filter((protocol) => protocol !== "fine-tune");
  const verdict = {
    ...await probeFeatures(represent, images.train, images.test, frozen),
    judgedBy: judgingOf(study),
  };
  if (!encoder || frozen.length === protocols.length) return verdict;
  const { accuracy, choice } = await fineTuneBest(encoder, images, { signal });
  return { ...verdict, "fine-tune": accuracy, fineTuneChoice: choice };
}

/** By what a study judges; what was judged by anything else is judged anew. */
export function judgingOf({ protocols }: Judging): string {
  return JSON.stringify({ protocols, ...protocols.includes("fine-tune") && { fineTuning } });
}

/**
 * Probes the frozen features of images as they are, not augmented.
 * @param train What the probes learn from.
 * @param test What they are judged on.
 */
export async function probeFeatures(
  represent: Encode,
  train: ImageSet,
  test: ImageSet,
  protocols: readonly FrozenProtocol[],
): Promise<Verdict> {
  const [known, asked] = [await featuresOf(represent, train), await featuresOf(represent, test)];
  const verdict: Partial<Record<Protocol, number>> = {};
  for (const protocol of protocols) verdict[protocol] = (await probes[protocol](known, asked)).accuracy;
  return verdict;
}

async function featuresOf(encode: Encode, images: ImageSet): Promise<Features> {
  const values = await embed(encode, images, 500);
  return { values, dim: values.length / images.size, labels: images.labels };
}
