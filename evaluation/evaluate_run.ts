import { type ImageSet, writeAtomically } from "@lacuna/data";
import { openDatasetAt } from "@lacuna/data/remote";
import { type Dataset, type EncodedImageOptions, readImageSet, type Split } from "@lacuna/data/shards";
import { CheckpointError, ConfigError, NonFiniteError } from "@lacuna/pipelines/errors";
import { loadRun } from "@lacuna/pipelines/load-run";
import { newestCheckpoint } from "@lacuna/pipelines/newest-checkpoint";
import { deviceNames, useDevice } from "@lacuna/tensor";
import { createHash } from "node:crypto";
import { compareEncoders } from "./compare_encoders.ts";
import manifest from "./deno.json" with { type: "json" };
import { DivergenceError } from "./divergence_error.ts";
import { type EvaluationRecord, readEvaluation } from "./evaluation_record.ts";
import { knnDefaults } from "./knn.ts";
import { fineTuneProtocolFor } from "./fine_tune_protocols.ts";
import type { ProtocolTable } from "./protocol_table.ts";
import type { ExtraMeasurement } from "./protocols.ts";
import { renderReport } from "./report/render_report.ts";
import { runReport } from "./run_report.ts";

/** What to evaluate, and on what. */
export type EvaluateRunOptions = {
  /** The folder of the data set that the run learned from, or its URL. */
  readonly dataFolder: string;
  /** Most bytes that are kept of a data set behind a URL; 10 GB by default. */
  readonly cacheBytes?: number;
  /** A device by name, or "auto". */
  readonly device: string;
  /** What is measured besides kNN and linear probe; nothing if left out. */
  readonly also?: readonly ExtraMeasurement[];
  /** How many of the training images have labels, drawn by `fewLabels()`; all if left out. */
  readonly numLabels?: number;
  /** Evaluates anew what is there already; false by default. */
  readonly redo?: boolean;
  /** Takes what happens, a line at a time. */
  readonly onMessage: (line: string) => void;
};

/** What an evaluation left behind. */
export type EvaluatedRun = {
  readonly record: EvaluationRecord;
  /** Path of the HTML page. */
  readonly reportPath: string;
  /** Whether both were there already, from the same checkpoint, images, labels and device. */
  readonly reused: boolean;
};

/**
 * Evaluates the newest whole checkpoint of a run beside its controls, on all training images that have labels and the whole test split, and writes
 * `evaluation.json` and `report.html` into the run folder, `evaluation-1024-labels.json` and `report-1024-labels.html` where labels are so few. Where both are there already, made by this version
 * from the same checkpoint and the same images on the device that is asked for (any, for "auto"), with all
 * protocols that are asked for, with as many labels and fine-tuned, if at all, as it is done now, it only reads them.
 * @throws {CheckpointError} If the folder holds no run with a whole checkpoint.
 * @throws {ShardError} If the data set is missing or damaged.
 * @throws {RemoteError} If the data set is behind a URL and cannot be fetched.
 * @throws {ConfigError} If the run learned from other images than the data set's, these have no labels or do not fit into memory, or
 * `numLabels` is below 20 or above their number.
 * @throws {DeviceError} If the device cannot be used.
 * @throws {NonFiniteError} If the loss of a fine-tuning becomes NaN or infinite; nothing is written then.
 * @throws {StorageError} If the run folder cannot be written.
 */
export async function evaluateRun(runFolder: string, options: EvaluateRunOptions): Promise<EvaluatedRun> {
  const { dataFolder, cacheBytes, device, also = [], numLabels, redo = false, onMessage } = options;
  if (device !== "auto" && !deviceNames.some((name) => name === device)) await useDevice(device); // throws, naming the nearest
  const newest = newestCheckpoint(runFolder);
  if (newest === undefined) {
    throw new CheckpointError(
      `There is no run with a checkpoint in ${runFolder}: pretrain one there first, or name its folder`,
    );
  }
  for (const { reason } of newest.damaged) onMessage(`${reason}; going back to ${newest.path}`);
  const sha256 = createHash("sha256").update(await Deno.readFile(newest.path)).digest("hex");
  const { dataset, place } = await openDatasetAt(dataFolder, cacheBytes === undefined ? {} : { cacheBytes });
  const { train: trainSplit, test: testSplit } = splitsOf(dataset, place);
  const numTrain = numLabelsOf(trainSplit, numLabels);
  const suffix = numTrain === trainSplit.numRows ? "" : `-${numTrain}-labels`;
  const recordPath = `${runFolder}/evaluation${suffix}.json`,
    reportPath = `${runFolder}/report${suffix}.html`;
  const fineTune = fineTuneProtocolFor(numTrain);
  const before = redo ? undefined : await readEvaluation(recordPath);
  if (
    before !== undefined && before.version === manifest.version && before.checkpoint.sha256 === sha256 &&
    before.data.train === trainSplit.contentHash && before.data.test === testSplit.contentHash &&
    (device === "auto" || before.device.name === device) &&
    also.every((name) => before.table.rows[0]?.[name] !== undefined) &&
    (!hasTuned(before.table) || JSON.stringify(before.fineTune) === JSON.stringify(fineTune)) &&
    await isFile(reportPath)
  ) return { record: before, reportPath, reused: true };

  const choice = await useDevice(device);
  onMessage(`Evaluating on ${choice.name}: ${choice.detail}`);
  const run = loadRun(runFolder);
  const { data } = run.summary;
  if (data.contentHash !== trainSplit.contentHash) {
    throw new ConfigError(
      `${runFolder} learned from ${data.name} ${data.contentHash.slice(0, 12)}, but ${place} holds ` +
        `${dataset.manifest.name} ${
          trainSplit.contentHash.slice(0, 12)
        }: name the run's own images with --data`,
    );
  }
  const encoded = { size: data.height, mean: data.mean, std: data.std };
  const [train, test] = await readBoth(trainSplit, testSplit, encoded);
  dataset.close();
  const start = performance.now();
  const { shared = [], views } = run.method.views(run.config);
  const comparison = await compareEncoders(
    {
      trained: (images) => run.trained.represent(images),
      untrained: (images) => run.untrained.represent(images),
    },
    train,
    test,
    {
      seed: run.config.seed,
      also,
      fineTune,
      numLabels: numTrain,
      view: [...shared, ...views[0]!],
      tokens: {
        trained: run.trained.encoder,
        untrained: run.untrained.encoder,
        patchSize: run.config.encoder.patchSize,
      },
      onRow: ({ features }) => onMessage(`${features} done after ${secondsSince(start).toFixed(0)} s`),
    },
  ).catch(tellDivergence);
  const record: EvaluationRecord = {
    version: manifest.version,
    checkpoint: { step: run.step, sha256 },
    data: {
      name: train.name,
      source: dataset.manifest.source,
      train: train.contentHash,
      test: test.contentHash,
    },
    table: comparison.table,
    ...hasTuned(comparison.table) && { fineTune },
    device: { name: choice.name, detail: choice.detail },
    seconds: secondsSince(start),
  };
  const report = await runReport({ runFolder, run, record, train, test, ...comparison });
  writeAtomically(reportPath, renderReport(report));
  writeAtomically(recordPath, `${JSON.stringify(record, null, 2)}\n`);
  return { record, reportPath, reused: false };
}

/** What the one who asked for it can do about it: the rate is the protocol's. */
function tellDivergence(error: unknown): never {
  if (!(error instanceof DivergenceError)) throw error;
  throw new NonFiniteError(`${error.message}. The other protocols go without: leave finetune out`, {
    cause: error,
  });
}

/** Whether the trained encoder was fine-tuned. */
function hasTuned({ rows }: ProtocolTable): boolean {
  return rows[0]?.finetune !== undefined;
}

/** Both splits that an evaluation needs. */
function splitsOf(dataset: Dataset, place: string): Record<"train" | "test", Split> {
  const names = Object.keys(dataset.manifest.splits);
  const missing = ["train", "test"].find((name) => !names.includes(name));
  if (missing !== undefined) {
    throw new ConfigError(
      `${place} has no split "${missing}", only ${
        names.join(", ")
      }: an evaluation needs images that were set aside ` +
        "before the training, as by `deno task data split`",
    );
  }
  return { train: dataset.split("train"), test: dataset.split("test") };
}

/** How many images have labels, if so many can be learned from. */
function numLabelsOf({ numRows }: Split, numLabels = numRows): number {
  if (numLabels === numRows || numLabels >= knnDefaults.k && numLabels <= numRows) return numLabels;
  throw new ConfigError(
    `${numLabels} labels cannot be drawn: the training split has ${numRows} images, and kNN needs ${knnDefaults.k}`,
  );
}

/** Both splits with their labels, whole in memory. */
async function readBoth(
  train: Split,
  test: Split,
  encoded: EncodedImageOptions,
): Promise<[ImageSet, ImageSet]> {
  try {
    return [await readImageSet(train, encoded), await readImageSet(test, encoded)];
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new ConfigError(cause.message, { cause });
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
