/**
 * What runs the maths: device choice, and fused operations on tfjs-core tensors, each beside its composed reference.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { linear, useDevice } from "@lacuna/tensor";
 * import * as tf from "@tensorflow/tfjs-core";
 *
 * await useDevice("cpu");
 * const y = linear(tf.tensor2d([[1, 2]]), tf.tensor2d([[3], [4]]), tf.tensor1d([5]));
 * assert.equal(y.dataSync()[0], 16); // 1 · 3 + 2 · 4 + 5
 * ```
 *
 * @module
 */
export { type DeviceChoice, type DeviceName, deviceNames, type DeviceOptions, useDevice } from "./device.ts";
export { DeviceError } from "./device_error.ts";
export { nearestName } from "./nearest_name.ts";
export { addLayerNorm, type ResidualNorm } from "./ops/add_layer_norm.ts";
export { AdamW, type AdamWOptions, type Follower } from "./ops/adamw.ts";
export { attentionScores } from "./ops/attention_scores.ts";
export { batchNorm } from "./ops/batch_norm.ts";
export { classAttention } from "./ops/class_attention.ts";
export { conv1d, type Conv1dOptions } from "./ops/conv1d.ts";
export { dropPathAdd } from "./ops/drop_path_add.ts";
export { gatherPatches } from "./ops/gather_patches.ts";
export { gatherTokens } from "./ops/gather_tokens.ts";
export { gelu } from "./ops/gelu.ts";
export { groupedConv2d } from "./ops/grouped_conv2d.ts";
export { globalNorm } from "./ops/global_norm.ts";
export {
  type ImageFilter,
  type ImageStep,
  type ImageSteps,
  imageViews,
  imageViewsAsync,
  type PixelBox,
  type SourceImage,
  type ViewFormat,
  type ViewOptions,
} from "./ops/image_views.ts";
export { l2Normalize } from "./ops/l2_normalize.ts";
export { layerNorm } from "./ops/layer_norm.ts";
export { linear } from "./ops/linear.ts";
export { mlp } from "./ops/mlp.ts";
export { momentumUpdate } from "./ops/momentum_update.ts";
export { selfAttention } from "./ops/self_attention.ts";
export { smoothL1 } from "./ops/smooth_l1.ts";
export { type SoftmaxMeasure, softmaxMeasure } from "./ops/softmax_measure.ts";
export { softmaxXent } from "./ops/softmax_xent.ts";
export type { ParameterMap } from "./parameter_map.ts";
export { startImageKernels } from "./start_image_kernels.ts";
export { valueAndGrads } from "./value_and_grads.ts";
