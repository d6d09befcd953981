/**
 * The wiring: one file a method (`extrema.ts`), and what all methods share: config, training loop, checkpoints, command line.
 *
 * @example Two steps of ExtreMA on noise
 * ```ts
 * import assert from "node:assert/strict";
 * import { memorySplit } from "@lacuna/data/loader";
 * import { extrema, extremaMethod, methodBatches, overrideConfig, preset, train, type TrainingImages } from "@lacuna/pipelines";
 * import { stream, uniforms } from "@lacuna/random";
 * import { useDevice } from "@lacuna/tensor";
 *
 * await useDevice("cpu");
 * const column = { name: "image", kind: "image", shape: [14, 14, 1] } as const;
 * const values = Uint8Array.from(uniforms(16 * 14 * 14, stream({ seed: 0, name: "noise" })), (u) => 256 * u);
 * const noise: TrainingImages = {
 *   name: "noise", height: 14, width: 14, channels: 1, mean: [0.5], std: [0.29], column: "image",
 *   split: memorySplit("noise", { first: 0, numRows: 16, columns: { image: { column, values } } }),
 * };
 * const config = overrideConfig(preset("tiny"), ["schedule.batchSize=8", "schedule.epochs=1"]);
 * await using batches = await methodBatches(extremaMethod, config, noise);
 * const folder = await Deno.makeTempDir();
 * const { totalSteps, checkpoint } = await train(extrema(config, noise), batches, config, folder);
 * assert.equal(totalSteps, 2); // 16 images in batches of 8, once
 * assert.ok(checkpoint.endsWith("step-00000002.safetensors"));
 * await Deno.remove(folder, { recursive: true });
 * ```
 *
 * @module
 */
export { type Checkpoint, listCheckpoints, readCheckpoint, setAside, writeCheckpoint } from "./checkpoint.ts";
export { CollapseWatch } from "./collapse_watch.ts";
export { type ExtremaConfig, flattenConfig, overrideConfig, parseConfig, type RunConfig } from "./config.ts";
export { type LabelledImages, OnlineProbe, type OnlineProbeOptions } from "./online_probe.ts";
export {
  BusyError,
  CheckpointError,
  CollapseError,
  ConfigError,
  InterruptedError,
  NonFiniteError,
} from "./errors.ts";
export { exitCode, exitCodes } from "./exit_code.ts";
export { type ExportedRun, type ExportFormat, exportFormats, exportRun } from "./export_run.ts";
export { extrema, type ExtremaPipeline } from "./extrema.ts";
export { extremaMethod } from "./extrema_method.ts";
export { extremaEncoder } from "./extrema_encoder.ts";
export type { ImageBatch } from "./image_batch.ts";
export { type LearningRateOptions, learningRateSchedule } from "./learning_rate_schedule.ts";
export { type LoadedRun, loadRun } from "./load_run.ts";
export { maskOptions } from "./mask_options.ts";
export { type MaskTokenTerms, type MtoConfig, mtoTerms } from "./mask_token_terms.ts";
export type { BatchAddress, Method, MethodConfig, MethodViews } from "./method.ts";
export { methodBatches } from "./method_batches.ts";
export type { MethodPipeline } from "./method_pipeline.ts";
export { methodNamed, methodNames } from "./methods.ts";
export { type MetricsLine, MetricsLog, readMetrics } from "./metrics_log.ts";
export type { NamedArrays } from "./named_arrays.ts";
export { type DamagedCheckpoint, type NewestCheckpoint, newestCheckpoint } from "./newest_checkpoint.ts";
export { parameterArrays } from "./parameter_arrays.ts";
export type { BatchSource, LoadedBatch, Pipeline, StepContext, StepResult } from "./pipeline.ts";
export { preset, presetNames } from "./presets.ts";
export { pretrain, type PretrainOptions } from "./pretrain.ts";
export { formatProgress, type Progress, ProgressReporter } from "./progress.ts";
export { resumePoint } from "./resume_point.ts";
export { type RunLength, runLength } from "./run_length.ts";
export { type DeviceNote, readRunSummary, type RunSummary, writeRunSummary } from "./run_summary.ts";
export {
  decodeSafetensors,
  encodeSafetensors,
  type NamedArray,
  type Safetensors,
  SafetensorsError,
} from "./safetensors.ts";
export type { ViewsBatch } from "./views_batch.ts";
export { tellFailure } from "./tell_failure.ts";
export { train, type TrainOptions, type TrainResult } from "./train.ts";
export { openTrainingImages, type TrainingImages } from "./training_images.ts";
