/**
 * Masked self-supervised learning in TypeScript: hide most of an input, learn from what is left.
 *
 * This is the front door to the members `@lacuna/random`, `tensor`, `data`, `masking`, `encoders`, `objectives` and `evaluation`, each
 * of which can be imported alone; runs start with `deno task demo`.
 *
 * @example One student, one teacher, one loss
 * ```ts
 * import assert from "node:assert/strict";
 * import { byolLoss, multiMaskBatch, stream, useDevice, VisionTransformer } from "@lacuna/lacuna";
 * import * as tf from "@tensorflow/tfjs-core";
 *
 * await useDevice("cpu");
 * const encoder = new VisionTransformer({
 *   imageHeight: 28, imageWidth: 28, channels: 1, patchSize: 7,
 *   dim: 32, depth: 2, numHeads: 2, mlpRatio: 4,
 *   numClassBlocks: 2, layerScaleInit: 0.1, dropPathRate: 0,
 * }, stream({ seed: 0, name: "init" }));
 *
 * const images = tf.randomUniform<tf.Rank.R4>([2, 28, 28, 1], -1, 1);
 * const masks = { numTokens: 16, maskRatio: 0.75, numMasks: 4, kind: "disjoint" } as const;
 * const prngs = [0, 1].map((sample) => stream({ seed: 0, name: "mask", sample }));
 * const keep = tf.tensor2d(multiMaskBatch(masks, prngs).visible, [8, 4], "int32"); // 4 masks of 2 images, 4 of 16 patches each
 *
 * const pred = encoder.forward(images, { keep }); // [8, 32], from a quarter of each image
 * const target = encoder.forward(images); // [2, 32], from the whole
 * const { loss } = byolLoss(pred, target);
 * assert.ok(loss.dataSync()[0]! > 0 && loss.dataSync()[0]! < 4);
 * ```
 *
 * @module
 */
export * from "@lacuna/random";
export * from "@lacuna/tensor";
export * from "@lacuna/data";
export * from "@lacuna/masking";
export * from "@lacuna/encoders";
export * from "@lacuna/objectives";
export * from "@lacuna/evaluation";
