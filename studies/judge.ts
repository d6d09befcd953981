import type { ImageSet } from "@lacuna/data";
import {
  embed,
  type Encode,
  type Features,
  knn,
  linearProbe,
  logisticProbe,
  ridgeProbe,
} from "@lacuna/evaluation";
import type { Protocol } from "./study.ts";

const judges: Readonly<
  Record<Protocol, (train: Features, test: Features) => Promise<{ readonly accuracy: number }>>
> = { ridge: ridgeProbe, knn, logistic: logisticProbe, linear: linearProbe };

/** What each protocol says of an encoder: shares of the test images whose class it finds, in [0, 1]. */
export type Verdict = Readonly<Partial<Record<Protocol, number>>>;

/**
 * Judges frozen features of images as they are, not augmented.
 * @param encode The encoder.
 * @param train What the probes learn from.
 * @param test What they are judged on.
 * @param protocols Which.
 */
export async function judge(
  encode: Encode,
  train: ImageSet,
  test: ImageSet,
  protocols: readonly Protocol[],
): Promise<Verdict> {
  const [known, asked] = [await featuresOf(encode, train), await featuresOf(encode, test)];
  const verdict: Partial<Record<Protocol, number>> = {};
  for (const protocol of protocols) verdict[protocol] = (await judges[protocol](known, asked)).accuracy;
  return verdict;
}

async function featuresOf(encode: Encode, images: ImageSet): Promise<Features> {
  const values = await embed(encode, images, 500);
  return { values, dim: values.length / images.size, labels: images.labels };
}
