/**
 * Encoders and heads: images in, one vector an image out. Every module shows its parameters as one flat map
 * of dotted names.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { useDevice } from "@lacuna/tensor";
 * import { ProjectionHead } from "@lacuna/encoders";
 * import { stream } from "@lacuna/random";
 * await useDevice("cpu");
 * const projector = new ProjectionHead(64, 256, 32, 3, "layer", stream({ seed: 0, name: "init/head" }));
 * assert.deepEqual(projector.forward(tf.ones([8, 64])).shape, [8, 32]);
 * ```
 * @module
 */
export { Block, type BlockBranches, type BlockConfig, type ShownBlock } from "./block.ts";
export { ClassAttentionBlock, type ClassAttentionBlockConfig } from "./class_attention_block.ts";
export { ConvDecoder, type ConvDecoderConfig } from "./conv_decoder.ts";
export { copyParameters } from "./copy_parameters.ts";
export { type CrossDecoded, CrossDecoder, type CrossDecoderConfig } from "./cross_decoder.ts";
export { decayed } from "./decayed.ts";
export { forwardBlocks } from "./forward_blocks.ts";
export { hiddenDim } from "./hidden_dim.ts";
export { freeze } from "./freeze.ts";
export { GroupedConv2d } from "./grouped_conv2d.ts";
export { LayerNorm } from "./layer_norm.ts";
export { Linear, type WeightInit } from "./linear.ts";
export { type Decoded, MaeDecoder, type MaeDecoderConfig } from "./mae_decoder.ts";
export { Mlp } from "./mlp.ts";
export type { Module } from "./module.ts";
export { PatchEmbedding } from "./patch_embedding.ts";
export { type EncodedStages, PatchTransformer, type PatchTransformerOptions } from "./patch_transformer.ts";
export type { PatchTransformerConfig } from "./patch_transformer_config.ts";
export { patchify, type PixelOrder } from "./patchify.ts";
export { PostNormBlock, type PostNormOutput } from "./post_norm_block.ts";
export { type HeadNorm, type HeadOptions, ProjectionHead } from "./projection_head.ts";
export { RelativePositionBias } from "./relative_position_bias.ts";
export type { ResidualStream } from "./residual_stream.ts";
export { type FirstCoordinate, sinCosPositions } from "./sin_cos_positions.ts";
export { type BranchedStages, runStages, type Stages } from "./stages.ts";
export type { StagesOptions } from "./stages_options.ts";
export type { PatchTokens, TokenEncoder } from "./token_encoder.ts";
export { under } from "./under.ts";
export { unpatchify } from "./unpatchify.ts";
export {
  type VisibleOutput,
  VisibleTransformer,
  type VisibleTransformerConfig,
} from "./visible_transformer.ts";
export { VisionTransformer, type VisionTransformerOptions } from "./vision_transformer.ts";
export type { VisionTransformerConfig } from "./vision_transformer_config.ts";
export { type VitSize, vitSizes } from "./vit_sizes.ts";
