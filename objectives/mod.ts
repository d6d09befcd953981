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
export { byolLoss } from "./byol_loss.ts";
export { type CollapseMeasures, collapseMeasures } from "./collapse_measures.ts";
export { momentumSchedule } from "./momentum_schedule.ts";
export type { ObjectiveResult } from "./objective_result.ts";
