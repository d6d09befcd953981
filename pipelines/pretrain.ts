import type { LabelColumn } from "@lacuna/data/shards";
import * as tf from "@tensorflow/tfjs-core";
import manifest from "./deno.json" with { type: "json" };
import { CollapseError, ConfigError, InterruptedError } from "./errors.ts";
import { checkMtoSchedule, type MtoConfig } from "./mask_token_terms.ts";
import { methodBatches } from "./method_batches.ts";
import type { Method, MethodConfig } from "./method.ts";
import { OnlineProbe } from "./online_probe.ts";
import { readMetrics } from "./metrics_log.ts";
import { type NewestCheckpoint, newestCheckpoint } from "./newest_checkpoint.ts";
import type { BatchSource } from "./pipeline.ts";
import { runLength } from "./run_length.ts";
import { type DeviceNote, readRunSummary, type RunSummary, writeRunSummary } from "./run_summary.ts";
import { train, type TrainOptions } from "./train.ts";
import type { TrainingImages } from "./training_images.ts";

/** How {@linkcode pretrain} is watched and ended, and what it notes down. */
export type PretrainOptions = Omit<TrainOptions, "probe" | "parse"> & {
  /** Steps from one measurement of an online probe to the next; none without, and the training is the same either way. */
  readonly probeEvery?: number | undefined;
  /** The device in use, for `run.json`. */
  readonly device: DeviceNote;
  /** Threads that decode and augment images beside the training, 0 for none; they change the speed alone. */
  readonly workers?: number;
  /** How many images that cannot be decoded may be replaced by the next good ones; 0, the default, stops at the first. */
  readonly skipBad?: number;
};

/**
 * One run of a method in a folder, begun or gone on with: builds the pipeline, trains it, and keeps `run.json`.
 * @param method What is done.
 * @param config Everything that decides the run's numbers.
 * @param images What to learn from.
 * @param folder The run folder, made if missing.
 * @param options How it is watched and ended.
 * @returns What `run.json` says at the end.
 * @throws {ConfigError} If sizes do not fit each other or the images, or the folder holds a run of another method or config; and what
 * {@linkcode train} throws.
 */
export async function pretrain<Config extends MethodConfig, Batch>(
  method: Method<Config, Batch>,
  config: Config,
  images: TrainingImages,
  folder: string,
  { device, workers = 0, skipBad = 0, probeEvery, ...options }: PretrainOptions,
): Promise<RunSummary> {
  const { name, split: { numRows: size, contentHash }, height, width, channels, mean, std } = images;
  const { totalSteps } = runLength(config.schedule, size);
  const labels = probeEvery === undefined ? undefined : labelsOf(images);
  let devices: DeviceNote[] = []; // one after the other
  let before: RunSummary | undefined;
  let started: string | undefined;
  let isOver = false;

  const note = (status: RunSummary["status"]): RunSummary => {
    const lines = readMetrics(`${folder}/metrics.jsonl`);
    const summary: RunSummary = {
      pipeline: method.name,
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
    if (before && before.pipeline !== method.name) {
      throw new ConfigError(
        `${folder} holds a run of ${before.pipeline}, not of ${method.name}: choose another run folder or the same method`,
      );
    }
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
    await using batches = await methodBatches(method, config, images, {
      workers,
      skipBad,
      labels: labels?.name,
    });
    const isBegun = newestCheckpoint(folder) !== undefined;
    const { mto }: MethodConfig & { readonly mto?: MtoConfig } = config;
    if (mto && !isBegun) knowing(() => checkMtoSchedule(mto));
    const prepared = isBegun ? undefined : await method.prepare?.(config, images, firstEpoch(batches));
    const pipeline = knowing(() => method.pipeline(config, images, prepared));
    using probe = labels && new OnlineProbe({
      represent: (images) => pipeline.represent(images),
      image: { height, width, channels },
      numClasses: labels.classNames.length,
      every: probeEvery!,
      seed: config.seed,
    });
    const parse = (stored: unknown) => method.parse(stored);
    await train(pipeline, batches, config, folder, { ...options, probe, parse, onStart });
    const numBad = batches.numBad();
    if (numBad > 0) {
      options.onMessage?.(`${numBad} images cannot be decoded; the next good ones took their places`);
    }
  } catch (error) {
    if (started) note(statusAfter(error));
    throw error;
  }
  return isOver && before?.status === "complete" ? before : note("complete");
}

/** The column of labels. */
function labelsOf({ name, split: { columns } }: TrainingImages): LabelColumn {
  for (const column of columns) if (column.kind === "label" && column.classNames.length > 0) return column;
  const kinds = columns.map(({ name, kind }) => `${name} (${kind})`).join(", ");
  throw new ConfigError(
    `${name} has no column of labels with named classes to probe with, only ${kinds}: leave the probe out`,
  );
}

/** The batches of the first epoch, as long as they are asked for. */
async function* firstEpoch<Batch>(source: BatchSource<Batch>): AsyncGenerator<Batch> {
  for await (const loaded of source.batches(0, 0)) {
    using _ = loaded;
    yield loaded.batch;
  }
}

/** Sizes that do not fit are the config's fault. */
function knowing<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}

function statusAfter(error: unknown): RunSummary["status"] {
  if (error instanceof InterruptedError) return "interrupted";
  return error instanceof CollapseError ? "collapsed" : "failed";
}
