import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { gatherTokens, useDevice } from "@lacuna/tensor";
import { PatchEmbedding } from "./patch_embedding.ts";

await useDevice("cpu");
const prng = stream({ seed: 3, name: "init" });
const images = tf.randomUniform<tf.Rank.R4>([2, 8, 8, 3], 0, 1, "float32", 5);

Deno.test("PatchEmbedding of kept patches is the kept part of the embedding of all", () => {
  const embedding = new PatchEmbedding(4, 3, 8, prng);
  const keep = tf.tensor2d([[0, 2], [3, 1], [1, 3], [2, 0]], [4, 2], "int32"); // two masks of two images
  const kept = embedding.forward(images, keep);
  assert.deepEqual(kept.shape, [4, 2, 8]);
  assert.deepEqual(kept.dataSync(), gatherTokens(embedding.forward(images), keep).dataSync());
});

Deno.test("PatchEmbedding starts with a Xavier-uniform weight and a bias within 1/√(p·p·C)", () => {
  const { "proj.weight": weight, "proj.bias": bias } = new PatchEmbedding(4, 3, 256, prng).parameters;
  const largest = (x: tf.Variable) => Math.max(...x.dataSync<"float32">().map(Math.abs));
  const [weightBound, biasBound] = [Math.sqrt(6 / (48 + 256)), 1 / Math.sqrt(48)];
  assert.ok(largest(weight!) <= weightBound * (1 + 2 ** -23) && largest(weight!) > 0.99 * weightBound);
  assert.ok(largest(bias!) <= biasBound * (1 + 2 ** -23) && largest(bias!) > 0.95 * biasBound); // 256 draws
});
