import * as tf from "@tensorflow/tfjs-core";
import manifest from "./deno.json" with { type: "json" };
import type { ExtremaConfig } from "./config.ts";
import { CollapseError, ConfigError, InterruptedError } from "./errors.ts";
import { extrema, type ExtremaPipeline } from "./extrema.ts";
import { extremaBatches } from "./extrema_batches.ts";
import { readMetrics } from "./metrics_log.ts";
import type { NewestCheckpoint } from "./newest_checkpoint.ts";
import { runLength } from "./run_length.ts";
import { type DeviceNote, readRunSummary, type RunSummary, writeRunSummary } from "./run_summary.ts";
import { train, type TrainOptions } from "./train.ts";
import type { TrainingImages } from "./training_images.ts";

/** How {@linkcode pretrain} is watched and ended, and what it notes down. */
export type PretrainOptions = TrainOptions & {
  /** The device in use, for `run.json`. */
  readonly device: DeviceNote;
  /** Threads that decode and augment images beside the training, 0 for none; they change the speed alone. */
  readonly workers?: number;
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
  images: TrainingImages,
  folder: string,
  { device, workers = 0, ...options }: PretrainOptions,
): Promise<RunSummary> {
  const pipeline = buildPipeline(config, images);
  const { name, split: { numRows: size, contentHash }, height, width, channels, mean, std } = images;
  const { totalSteps } = runLength(config.schedule, size);
  let devices: DeviceNote[] = []; // one after the other
  let before: RunSummary | undefined;
  let started: string | undefined;
  let isOver = false;

  const note = (status: RunSummary["status"]): RunSummary => {
    const lines = readMetrics(`${folder}/metrics.jsonl`);
    const summary: RunSummary = {
      pipeline: pipeline.name,
      status,
      step: (lines.at(-1)?.step ?? -1) + 1,
      totalSteps,
      device: devices.at(-1)!,
      ...(devices.length > 1 && { earlierDevices: devices.slice(0, -1) }),
      data: { name, size, height, width, channels, mean, std, contentHash },
      versions: { lacuna: manifest.version, deno: Deno.version.deno, tfjs: tf.version_core },
      started: started!,
      updated: new Date().toISOString(),
      seconds: lines.reduce((sum, line) => sum + config.schedule.batchSize / line.imagesPerSecond, 0),
    };
    writeRunSummary(folder, summary);
    return summary;
  };

  const onStart = (resumed: NewestCheckpoint | undefined) => {
    before = resumed && readRunSummary(folder);
    started = before?.started ?? new Date().toISOString();
    if (before) devices = [...(before.earlierDevices ?? []), before.device];
    isOver = resumed?.checkpoint.step === totalSteps;
    if (!before || !isOver) { // or no step is left that this device could take
      const last = devices.pop();
      if (last && last.name !== device.name) {
        devices.push(last);
        options.onMessage?.(
          `The steps before were taken on ${last.name}, these are on ${device.name}: the bytes will differ from an ` +
            "uninterrupted run",
        );
      }
      devices.push({ name: device.name, detail: device.detail });
      note("running");
    }
    options.onStart?.(resumed);
  };
  try {
    await using batches = await extremaBatches(config, images, workers);
    await train(pipeline, batches, config, folder, { ...options, onStart });
  } catch (error) {
    if (started) note(statusAfter(error));
    throw error;
  }
  return isOver && before?.status === "complete" ? before : note("complete");
}

function buildPipeline(config: ExtremaConfig, images: TrainingImages): ExtremaPipeline {
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
