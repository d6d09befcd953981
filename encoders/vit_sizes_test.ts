import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { PatchTransformer } from "./patch_transformer.ts";
import { type VitSize, vitSizes } from "./vit_sizes.ts";

await useDevice("cpu");

/** Numbers that a transformer of 16 × 16 patches in 3 channels learns, with fixed positions and no classifier. */
function numLearned({ dim, depth, mlpRatio }: VitSize): number {
  const norms = 4 * dim, attention = 4 * (dim ** 2 + dim), hidden = mlpRatio * dim;
  const mlp = dim * hidden + hidden + hidden * dim + dim;
  return depth * (norms + attention + mlp) + 768 * dim + dim + dim + 2 * dim; // blocks, patches, class token, norm
}

Deno.test("vitSizes have the numbers of parameters that are known of them", () => {
  const known = { tiny: 5_717_416, small: 22_050_664, base: 86_567_656, large: 304_326_632 }; // timm, DeiT's table 1: patch 16, 224 pixels
  for (const [name, size] of Object.entries(vitSizes)) {
    const withClassifier = numLearned(size) + 197 * size.dim + 1000 * size.dim + 1000; // learned positions, 1,000 classes
    assert.equal(withClassifier, known[name as keyof typeof known], name);
    assert.equal(size.dim / size.numHeads, 64, name); // of every head
  }
});

Deno.test("a transformer of these sizes has as many parameters, whatever the heads", () => {
  for (const size of [{ ...vitSizes.tiny, depth: 2 }, { dim: 8, depth: 3, numHeads: 2, mlpRatio: 3 }]) {
    const { parameters } = new PatchTransformer({
      ...size,
      imageHeight: 32,
      imageWidth: 32,
      channels: 3,
      patchSize: 16,
      dropPathRate: 0,
      family: "vit",
      layerScaleInit: 0,
      maskToken: false,
    }, stream({ seed: 0, name: "init" }));
    const trainable = Object.values(parameters).filter((parameter) => parameter.trainable);
    assert.equal(trainable.reduce((sum, { size }) => sum + size, 0), numLearned(size));
    tf.dispose(Object.values(parameters));
  }
});
