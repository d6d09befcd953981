/**
 * Augmentation of images: a plan of transforms, plain data, becomes views of a batch, normalized; every number is addressed by seed, epoch
 * and sample.
 *
 * @example Two views in BYOL's manner
 * ```ts
 * import { augmentViews, byolViews } from "@lacuna/data/augment";
 * import assert from "node:assert/strict";
 *
 * const photo = { height: 60, width: 80, channels: 3, pixels: new Uint8Array(60 * 80 * 3).fill(100) };
 * const views = augmentViews([photo], byolViews({ size: 48 }), { seed: 0, epoch: 0, samples: [7] });
 * assert.deepEqual(views.map((view) => view.length), [48 * 48 * 3, 48 * 48 * 3]);
 * ```
 *
 * @module
 */
export { augmentViews, augmentViewsAsync, type BatchAddress } from "./augment_views.ts";
export { checkAugmentPlan } from "./check_augment_plan.ts";
export { drawSteps, type ImageSize, type SampleAddress } from "./draw_steps.ts";
export { imagesOf } from "./images_of.ts";
export { rowsNeeded } from "./rows_needed.ts";
export { type LabelledBatch, type MixAddress, mixBatch, type MixedBatch, type MixPlan } from "./mix_batch.ts";
export type {
  AugmentPlan,
  CenterCrop,
  ColorJitter,
  Flip,
  GaussianBlur,
  Grayscale,
  RandAugment,
  RandomErasing,
  RandomResizedCrop,
  Resampling,
  Resize,
  Solarize,
  Transform,
} from "./transform.ts";
export { startImageKernels } from "@lacuna/tensor/start-image-kernels";
export type {
  ImageFilter,
  ImageStep,
  ImageSteps,
  PixelBox,
  SourceImage,
  ViewOptions,
} from "@lacuna/tensor/image-views";
export { byolViews } from "./byol_views.ts";
export { simclrViews } from "./simclr_views.ts";
export { type ExtremaViewOptions, extremaViews } from "./extrema_views.ts";
export { maskedViews } from "./masked_views.ts";
export { data2vecViews } from "./data2vec_views.ts";
export { supervised } from "./supervised.ts";
export { evaluation, type EvaluationOptions } from "./evaluation.ts";
export type { PresetOptions } from "./preset_options.ts";
