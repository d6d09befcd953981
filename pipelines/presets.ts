import { nearestName } from "@lacuna/tensor/nearest-name";
import type { ExtremaConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";

/** The published ViT-B/16 run on 224×224 images (ExtreMA, arXiv:2206.04667, released settings); the other presets say what they change. */
const paper: ExtremaConfig = {
  seed: 0,
  image: { size: 224 },
  augment: { minScale: 0.2, jitter: 0.4, jitterProbability: 0.8, flipProbability: 0.5, crops: "shared" },
  encoder: {
    patchSize: 16,
    dim: 768,
    depth: 12,
    numHeads: 12,
    mlpRatio: 4,
    numClassBlocks: 2,
    layerScaleInit: 0.1,
    dropPathRate: 0.1,
  },
  heads: { hiddenDim: 4096, outDim: 256, norm: "layer", usePredictor: true },
  masks: { kind: "disjoint", ratio: 0.8, numMasks: 5 },
  target: { source: "teacher" },
  optimizer: {
    learningRate: 1.5e-4,
    minLearningRate: 0,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0.1,
    clipNorm: 0,
  },
  schedule: { epochs: 300, warmupEpochs: 40, decay: "cosine", batchSize: 2048, momentum: 0.996 },
  log: { measureEvery: 10, checkpointEvery: 500 },
};

/** One to two minutes on two cores; batch norm in the heads, because layer norm needs far longer to leave its start. */
const demo: ExtremaConfig = {
  ...paper,
  image: { size: 28 },
  encoder: { ...paper.encoder, patchSize: 7, dim: 64, depth: 3, numHeads: 4, dropPathRate: 0 },
  heads: { ...paper.heads, hiddenDim: 256, outDim: 64, norm: "batch" },
  masks: { ...paper.masks, ratio: 0.75, numMasks: 4 },
  optimizer: { ...paper.optimizer, learningRate: 4e-3 },
  schedule: { epochs: 8, warmupEpochs: 0.8, decay: "cosine", batchSize: 128, momentum: 0.98 },
  log: { measureEvery: 20, checkpointEvery: 500 },
};

/** Half an hour on two cores: twice the width, four and a half times the images. */
const long: ExtremaConfig = {
  ...demo,
  encoder: { ...demo.encoder, dim: 128 },
  heads: { ...demo.heads, hiddenDim: 512, outDim: 128 },
  schedule: { ...demo.schedule, epochs: 36, warmupEpochs: 2 },
  log: { measureEvery: 50, checkpointEvery: 1000 },
};

/** Seconds, for tests. */
const tiny: ExtremaConfig = {
  ...demo,
  encoder: { ...demo.encoder, dim: 16, depth: 2, numHeads: 2, mlpRatio: 2, dropPathRate: 0.1 },
  heads: { ...demo.heads, hiddenDim: 32, outDim: 16 },
  masks: { ...demo.masks, numMasks: 2 },
  schedule: { epochs: 0.01, warmupEpochs: 0.001, decay: "cosine", batchSize: 16, momentum: 0.99 },
  log: { measureEvery: 2, checkpointEvery: 10 },
};

/** The step whose speed is compared with other frameworks: 32×32 images in 64 patches, the width of ViT-Tiny. */
const reference: ExtremaConfig = {
  ...paper,
  image: { size: 32 },
  encoder: { ...paper.encoder, patchSize: 4, dim: 192, numHeads: 3 },
  masks: { ...paper.masks, ratio: 0.75, numMasks: 4 },
  schedule: { ...paper.schedule, batchSize: 64 },
};

/** ExtreMA's configs by name: "demo" and "long" for Fashion-MNIST, "tiny" for tests, "reference" for speed, "paper" as published. */
export const presets: Readonly<Record<"demo" | "long" | "tiny" | "reference" | "paper", ExtremaConfig>> = {
  demo,
  long,
  tiny,
  reference,
  paper,
};

/** The names that {@linkcode preset} knows. */
export const presetNames: readonly string[] = Object.keys(presets);

/**
 * A named config: "demo" and "long" for Fashion-MNIST, "tiny" for tests, "reference" for speed, "paper" as published.
 * @throws {ConfigError} If there is no such preset, naming the nearest.
 */
export function preset(name: string): ExtremaConfig {
  if (Object.hasOwn(presets, name)) return presets[name as keyof typeof presets];
  const near = nearestName(name, presetNames);
  throw new ConfigError(
    `There is no preset ${name}: ${
      near ? `did you mean ${near}?` : `choose one of ${presetNames.join(", ")}`
    }`,
  );
}
