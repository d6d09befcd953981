import type { ImageShape } from "@lacuna/data";
import type { ExtremaConfig } from "@lacuna/pipelines/config";

/** Sizes of a plain stack of transformer blocks, whose MLPs are four times as wide. */
export type Sizes = { readonly dim: number; readonly depth: number; readonly numHeads: number };

/** ExtreMA's training step: student on masked images, teacher on whole ones, AdamW, teacher's update. */
export type ExtremaSetup = {
  readonly step: "extrema";
  readonly config: ExtremaConfig;
  readonly image: ImageShape;
};

/** MAE's training step (arXiv:2111.06377): encoder on the visible patches, decoder on all, loss on the hidden ones, AdamW. */
export type MaeSetup = {
  readonly step: "mae";
  readonly batchSize: number;
  readonly image: ImageShape;
  readonly patchSize: number;
  readonly maskRatio: number;
  readonly encoder: Sizes;
  readonly decoder: Sizes;
};

/** Blocks and a norm on given tokens, mean squared error to given targets, AdamW. */
export type TransformerSetup = Sizes & {
  readonly step: "transformer";
  readonly batchSize: number;
  readonly numTokens: number;
};

/** A vision transformer's class vectors, forward only. */
export type EmbeddingSetup = Sizes & {
  readonly step: "embedding";
  readonly batchSize: number;
  readonly image: ImageShape;
  readonly patchSize: number;
};

/** Self-attention alone, from fused queries, keys and values [B, N, 3D]. */
export type AttentionSetup = {
  readonly step: "attention";
  readonly batchSize: number;
  readonly numTokens: number;
  readonly dim: number;
  readonly numHeads: number;
  /** Whether the gradient follows. */
  readonly gradient: boolean;
};

/** A convolution along time, or with `gradient` that and its gradients. */
export type Conv1dSetup = {
  readonly step: "conv1d";
  readonly batchSize: number;
  readonly time: number;
  readonly channels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly groups: number;
  readonly padding: "valid" | "same";
  readonly gradient: boolean;
};

/** What all contenders build: the same model, for the same batch. */
export type Setup =
  | ExtremaSetup
  | MaeSetup
  | TransformerSetup
  | EmbeddingSetup
  | AttentionSetup
  | Conv1dSetup;

/** Images, or sequences, that one step takes. */
export function batchSizeOf(setup: Setup): number {
  return setup.step === "extrema" ? setup.config.schedule.batchSize : setup.batchSize;
}
