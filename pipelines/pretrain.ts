import type { ImageSet } from "@lacuna/data";
import * as tf from "@tensorflow/tfjs-core";
import manifest from "./deno.json" with { type: "json" };
import type { ExtremaConfig } from "./config.ts";
import { CollapseError, ConfigError, InterruptedError } from "./errors.ts";
import { makeFolder } from "./_make_folder.ts";
import { extrema, type ExtremaPipeline } from "./extrema.ts";
import { extremaBatches } from "./extrema_batches.ts";
import { readMetrics } from "./metrics_log.ts";
import { resumePoint } from "./resume_point.ts";
import { runLength } from "./run_length.ts";
import { readRunSummary, type RunSummary, writeRunSummary } from "./run_summary.ts";
import { train, type TrainOptions } from "./train.ts";

/** How {@linkcode pretrain} is watched and ended, and what it notes down. */
export type PretrainOptions = TrainOptions & {
  /** The device in use, for `run.json`. */
  readonly device: { readonly name: string; readonly detail: string };
};

/**
 * One run of ExtreMA in a folder, begun or gone on with: builds the pipeline, trains it, and keeps `run.json`.
 * @param config Everything that decides the run's numbers.
 * @param images What to learn from.
 * @param folder The run folder, made if missing.
 * @param options How it is watched and ended.
 * @returns What `run.json` says at the end.
 * @throws {ConfigError} If sizes do not fit each other or the images, or the folder holds a run of another config; and what
 * {@linkcode train} throws.
 */
export async function pretrain(
  config: ExtremaConfig,
  images: ImageSet,
  folder: string,
  { device, ...options }: PretrainOptions,
): Promise<RunSummary> {
  const pipeline = buildPipeline(config, images);
  const { totalSteps } = runLength(config.schedule, images.size);
  const resumed = resumePoint(folder, config, images.contentHash);
  const before = resumed && readRunSummary(folder);
  const started = before?.started ?? new Date().toISOString();
  const { name, size, height, width, channels, contentHash } = images;
  const note = (status: RunSummary["status"]): RunSummary => {
    const lines = readMetrics(`${folder}/metrics.jsonl`);
    const summary: RunSummary = {
      pipeline: pipeline.name,
      status,
      step: (lines.at(-1)?.step ?? -1) + 1,
      totalSteps,
      device: { name: device.name, detail: device.detail },
      data: { name, size, height, width, channels, contentHash },
      versions: { lacuna: manifest.version, deno: Deno.version.deno, tfjs: tf.version_core },
      started,
      updated: new Date().toISOString(),
      seconds: lines.reduce((sum, line) => sum + config.schedule.batchSize / line.imagesPerSecond, 0),
    };
    writeRunSummary(folder, summary);
    return summary;
  };
  if (resumed?.checkpoint.step === totalSteps && before?.status === "complete") return before;

  makeFolder(folder);
  note("running");
  try {
    await train(pipeline, extremaBatches(config, images), config, folder, options);
  } catch (error) {
    note(statusAfter(error));
    throw error;
  }
  return note("complete");
}

function buildPipeline(config: ExtremaConfig, images: ImageSet): ExtremaPipeline {
  try {
    return extrema(config, images);
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

function statusAfter(error: unknown): RunSummary["status"] {
  if (error instanceof InterruptedError) return "interrupted";
  return error instanceof CollapseError ? "collapsed" : "failed";
}
