import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { heterogeneity, type MtoAffinity } from "./heterogeneity.ts";

/**
 * How little masked tokens resemble visible ones from stage to stage of a forward pass, by which MTO (arXiv:2404.08330) explains how soon a host
 * converges; for hosts as they are, without any of its terms.
 * @param stages Each [B, 1 + N, D], class token first: what enters the first block that sees both kinds of token, then what leaves each, as
 * `forwardStages()` of an encoder with mask tokens shows them.
 * @param mask [B, N], 1 = masked; at least one image has a masked and two visible tokens.
 * @param affinity How alike two tokens are.
 * @returns Of each stage the mean `heterogeneity()` over the images that have one, in [0, 1].
 * @throws {RangeError} If no image has one.
 * @example The profile of SimMIM's encoder as it starts
 * ```ts
 * import assert from "node:assert/strict";
 * import { PatchTransformer, vitSizes } from "@lacuna/encoders";
 * import { heterogeneityProfile } from "@lacuna/objectives/mto";
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
 * const profile = await heterogeneityProfile(encoder.forwardStages(images, { mask }).stages, mask);
 * assert.equal(profile.length, 3); // where mask tokens enter, and after each of two blocks
 * assert.ok(profile[0]! > 0.99);
 * ```
 */
export async function heterogeneityProfile(
  stages: readonly Tensor3D[],
  mask: Tensor2D,
  affinity: MtoAffinity = "scaledDot",
): Promise<number[]> {
  const [heights, numCounted] = tf.tidy(() => {
    const measures = stages.map((tokens) =>
      heterogeneity(tf.slice(tokens, [0, 1, 0], [-1, -1, -1]), mask, affinity)
    );
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
