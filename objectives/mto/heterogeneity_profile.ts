import * as tf from "@tensorflow/tfjs-core";
import { stageMeasures } from "./_stage_measures.ts";
import type { MtoAffinity, MtoHost } from "./mto_host.ts";

/**
 * How little masked tokens resemble visible ones from stage to stage of a forward pass, by which MTO (arXiv:2404.08330) explains how soon a host
 * converges; for hosts as they are, without any of its terms.
 * @param host What it shows of a forward pass, with scores for "attention"; at least one image has a masked and two visible tokens.
 * @param affinity How alike two tokens are.
 * @returns Of each stage, or by attention of each block, the mean `heterogeneity()` over the images that have one, in [0, 1].
 * @throws {TypeError} If by attention there are not as many scores as blocks.
 * @throws {RangeError} If no image has one.
 * @example The profile of SimMIM's encoder as it starts
 * ```ts
 * import assert from "node:assert/strict";
 * import { PatchTransformer, vitSizes } from "@lacuna/encoders";
 * import { heterogeneityProfile } from "@lacuna/objectives/heterogeneity-profile";
 * import { stream } from "@lacuna/random";
 * import { useDevice } from "@lacuna/tensor";
 * import * as tf from "@tensorflow/tfjs-core";
 * await useDevice("cpu");
 * const encoder = new PatchTransformer({
 *   ...vitSizes.tiny, depth: 2, imageHeight: 28, imageWidth: 28, channels: 1, patchSize: 7,
 *   dropPathRate: 0, family: "beit", layerScaleInit: 0.1, maskToken: true,
 * }, stream({ seed: 0, name: "init/encoder" }));
 * const images = tf.randomNormal<tf.Rank.R4>([2, 28, 28, 1], 0, 1, "float32", 1);
 * const mask = tf.tensor2d([0, 1].map((b) => Array.from({ length: 16 }, (_, i) => (b + i) % 2))); // every other patch
 * const host = { ...encoder.forwardStages(images, { mask, withScores: true }), mask };
 * const profile = await heterogeneityProfile(host);
 * assert.equal(profile.length, 3); // where mask tokens enter, and after each of two blocks
 * assert.ok(profile[0]! > 0.99);
 * assert.equal((await heterogeneityProfile(host, "attention")).length, 2);
 * ```
 */
export async function heterogeneityProfile(
  host: MtoHost,
  affinity: MtoAffinity = "scaledDot",
): Promise<number[]> {
  const { stages, scores } = host;
  if (affinity === "attention" && scores.length !== stages.length - 1) {
    throw new TypeError(
      `By attention the scores of each block are read, not ${scores.length} for ${stages.length} stages: ask forwardStages() for withScores`,
    );
  }
  const [heights, numCounted] = tf.tidy(() => {
    const measures = stageMeasures(host, affinity);
    const sums = tf.stack(measures.map(({ values }) => tf.sum(values)));
    return [sums, tf.sum(measures[0]!.counts)] as const;
  });
  const [sums, [numImages]] = await Promise.all([heights.data(), numCounted.data()]);
  tf.dispose([heights, numCounted]);
  if (numImages === 0) {
    throw new RangeError("No image has a masked and two visible tokens: choose another mask");
  }
  return [...sums].map((sum) => sum / numImages!);
}
