/**
 * What presets of several methods begin with.
 * @module
 */
import { mtoPresets } from "@lacuna/objectives/mto";
import type { BeitSizes } from "./beit_host.ts";
import type { RunConfig } from "./config.ts";
import type { MtoConfig } from "./mask_token_terms.ts";
import type { CropConfig, TransformerSizes } from "./method_config.ts";

/** No masked token optimization. */
export const noMto: MtoConfig = {
  ...mtoPresets.threeTerms,
  entropyWeight: 0,
  rankWeight: 0,
  recalibrationWeight: 0,
  schedule: "constant",
};

/** Masked token optimization as it is best here. */
export const someMto: MtoConfig = { ...mtoPresets.mto, schedule: "constant" };

/** A run of one to three minutes on two cores, on Fashion-MNIST. */
export const demoRun: RunConfig & {
  readonly image: { readonly size: number };
  readonly augment: CropConfig;
  readonly encoder: TransformerSizes;
} = {
  seed: 0,
  image: { size: 28 },
  augment: { minScale: 0.4, flipProbability: 0.5 },
  encoder: { patchSize: 4, dim: 64, depth: 4, numHeads: 4, mlpRatio: 4 },
  optimizer: {
    learningRate: 2e-3,
    minLearningRate: 0,
    beta1: 0.9,
    beta2: 0.95,
    epsilon: 1e-8,
    weightDecay: 0.05,
    clipNorm: 0,
  },
  schedule: { epochs: 5, warmupEpochs: 0.5, decay: "cosine", batchSize: 128, momentum: 0.99 },
  log: { measureEvery: 20, checkpointEvery: 500 },
};

/** Sizes of BEiT's family in such a run. */
export const demoBeit: BeitSizes = {
  ...demoRun.encoder,
  layerScaleInit: 0.1,
  positions: "sine-cosine",
  initStd: 0.07, // 0.02 · √(768 / 64)
  dropPathRate: 0,
};

/** The same in seconds, for tests. */
export const tinyRun: typeof demoRun = {
  ...demoRun,
  encoder: { patchSize: 7, dim: 16, depth: 2, numHeads: 2, mlpRatio: 2 },
  schedule: { ...demoRun.schedule, epochs: 0.01, warmupEpochs: 0.001, batchSize: 16 },
  log: { measureEvery: 2, checkpointEvery: 10 },
};

/** And their sizes of BEiT's family. */
export const tinyBeit: BeitSizes = { ...demoBeit, ...tinyRun.encoder, initStd: 0.14 }; // 0.02 · √(768 / 16)

/** What the papers share: ViT-B/16 on 224×224 images. */
export const paperRun: typeof demoRun = {
  ...demoRun,
  image: { size: 224 },
  augment: { minScale: 0.2, flipProbability: 0.5 },
  encoder: { patchSize: 16, dim: 768, depth: 12, numHeads: 12, mlpRatio: 4 },
  optimizer: { ...demoRun.optimizer, learningRate: 1.5e-4 },
  schedule: { ...demoRun.schedule, epochs: 800, warmupEpochs: 40, batchSize: 4096, momentum: 0.996 },
  log: { measureEvery: 10, checkpointEvery: 500 },
};

/** Sizes of BEiT's family in the papers. */
export const paperBeit: BeitSizes = {
  ...paperRun.encoder,
  layerScaleInit: 0.1,
  positions: "relative",
  initStd: 0.02,
  dropPathRate: 0.1,
};

/** A transformer in a line, for the console. */
export function describeSizes({ patchSize, dim, depth, numHeads }: TransformerSizes): string {
  return `patch ${patchSize}, width ${dim}, depth ${depth}, ${numHeads} heads`;
}
