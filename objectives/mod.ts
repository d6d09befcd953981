/**
 * Objectives: tensors in, a loss and metrics out; the teacher's momentum; and measures that tell whether
 * outputs collapsed.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { useDevice } from "@lacuna/tensor";
 * import { byolLoss } from "@lacuna/objectives";
 * await useDevice("cpu");
 * const { loss } = byolLoss(tf.tensor2d([[3, 4]]), tf.tensor2d([[4, 3]]));
 * assert.ok(Math.abs(loss.dataSync()[0]! - 0.08) < 1e-6); // (0.6 − 0.8)² + (0.8 − 0.6)²
 * ```
 * @module
 */
export { bootmaePixelTargets } from "./bootmae_pixel_targets.ts";
export { byolLoss } from "./byol_loss.ts";
export { centerUpdate } from "./center_update.ts";
export { classLoss } from "./class_loss.ts";
export { codeXent } from "./code_xent.ts";
export { type CollapseMeasures, collapseMeasures } from "./collapse_measures.ts";
export { contextLoss, type ContextLossOptions } from "./context_loss.ts";
export { type ContextTargetOptions, contextTargets, type TargetNorm } from "./context_targets.ts";
export { type HogOptions, hogTargets } from "./hog_targets.ts";
export { infoNce } from "./info_nce.ts";
export { insideWeights } from "./inside_weights.ts";
export { maePixelTargets } from "./mae_pixel_targets.ts";
export { maskedL1 } from "./masked_l1.ts";
export { maskedMse } from "./masked_mse.ts";
export { momentumSchedule } from "./momentum_schedule.ts";
export type { ObjectiveResult } from "./objective_result.ts";
export { kMeans } from "./k_means.ts";
export { nearestCentroids } from "./nearest_centroids.ts";
export { patchContrast } from "./patch_contrast.ts";
export { prototypeXent, type PrototypeXentOptions } from "./prototype_xent.ts";
export { spread } from "./spread.ts";
export { symmetricEigenvalues } from "./symmetric_eigenvalues.ts";
export { symmetricByolLoss, type ViewOutputs } from "./symmetric_byol_loss.ts";
export { varianceHinge } from "./variance_hinge.ts";
export { weightedMse } from "./weighted_mse.ts";
