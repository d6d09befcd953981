import { preset } from "@lacuna/pipelines/presets";
import type { EmbeddingSetup, ExtremaSetup, MaeSetup, Setup, TransformerSetup } from "./setup.ts";

/** ExtreMA's reference step: 32×32 images in 64 patches, width 192, depth 12, four disjoint masks of 75 %, published heads. */
export const extremaReference: ExtremaSetup = {
  step: "extrema",
  config: preset("reference"),
  image: { height: 32, width: 32, channels: 3 },
};

/** MAE with ViT-S/16 and the decoder of its paper: 8 blocks of width 512 with 16 heads. */
export const maeSmall: MaeSetup = {
  step: "mae",
  batchSize: 16,
  image: { height: 224, width: 224, channels: 3 },
  patchSize: 16,
  maskRatio: 0.75,
  encoder: { dim: 384, depth: 12, numHeads: 6 },
  decoder: { dim: 512, depth: 8, numHeads: 16 },
};

/** Sequences of 512 tokens, as of text or sound. */
export const transformerFull: TransformerSetup = {
  step: "transformer",
  batchSize: 8,
  numTokens: 512,
  dim: 384,
  depth: 6,
  numHeads: 6,
};

/** ViT-Ti/16 as an encoder of images. */
export function embeddingTiny(batchSize: number): EmbeddingSetup {
  const image = { height: 224, width: 224, channels: 3 };
  return { step: "embedding", batchSize, image, patchSize: 16, dim: 192, depth: 12, numHeads: 3 };
}

/** One line on what a step does. */
export function describe(setup: Setup): string {
  switch (setup.step) {
    case "extrema": {
      const { image, config: { encoder, heads, masks, schedule } } = setup;
      return `ExtreMA's training step: ${schedule.batchSize} images of ${image.height}×${image.width} in patches of ` +
        `${encoder.patchSize}, width ${encoder.dim}, depth ${encoder.depth}, ${encoder.numHeads} heads, projector and predictor ` +
        `${heads.hiddenDim} → ${heads.outDim}, ${masks.numMasks} ${masks.kind} masks of ${
          100 * masks.ratio
        } %, teacher on the ` +
        "whole image, drop path, AdamW, teacher's update";
    }
    case "mae": {
      const { batchSize, image, patchSize, maskRatio, encoder, decoder } = setup;
      return `MAE's training step: ${batchSize} images of ${image.height}×${image.width} in patches of ${patchSize}, ` +
        `${
          100 * maskRatio
        } % dropped, encoder of width ${encoder.dim}, depth ${encoder.depth}, ${encoder.numHeads} heads, decoder of ` +
        `width ${decoder.dim}, depth ${decoder.depth}, ${decoder.numHeads} heads, AdamW`;
    }
    case "transformer":
      return `A transformer's training step: ${setup.batchSize} sequences of ${setup.numTokens} tokens, width ${setup.dim}, depth ` +
        `${setup.depth}, ${setup.numHeads} heads, AdamW`;
    case "embedding":
      return `Class vectors, forward only: ${setup.batchSize} images of ${setup.image.height}×${setup.image.width} in patches of ` +
        `${setup.patchSize}, width ${setup.dim}, depth ${setup.depth}, ${setup.numHeads} heads`;
    case "conv1d":
      return `Convolution${
        setup.gradient ? " and its gradients" : ""
      }: ${setup.batchSize} × ${setup.time} × ${setup.channels}, ` +
        `kernel ${setup.kernelSize}, stride ${setup.stride}, ${setup.groups} groups`;
    case "attention":
      return `Self-attention${
        setup.gradient ? " and its gradient" : ""
      }: ${setup.batchSize} × ${setup.numTokens} tokens, ` +
        `width ${setup.dim}, ${setup.numHeads} heads`;
  }
}
