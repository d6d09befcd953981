import { writeAtomically } from "@lacuna/data";
import { makeFolder } from "./_make_folder.ts";
import { MtoWatch } from "./_mto_watch.ts";
import { RunLock } from "./_run_lock.ts";
import { spreadWarning } from "./_spread_warning.ts";
import { Stepper } from "./_stepper.ts";
import { turnOfTheEventLoop } from "./_turn_of_the_event_loop.ts";
import { setAside, writeCheckpoint } from "./checkpoint.ts";
import { CollapseWatch } from "./collapse_watch.ts";
import type { RunConfig } from "./config.ts";
import { CollapseError, InterruptedError, NonFiniteError } from "./errors.ts";
import { type MetricsLine, MetricsLog } from "./metrics_log.ts";
import type { OnlineProbe } from "./online_probe.ts";
import type { BatchSource, Pipeline } from "./pipeline.ts";
import type { NewestCheckpoint } from "./newest_checkpoint.ts";
import { resumePoint } from "./resume_point.ts";

/** How {@linkcode train} is watched and ended. */
export type TrainOptions = {
  /** Whether a collapsed teacher ends the run, as it does by default, or is only told. */
  readonly onCollapse?: "stop" | "warn";
  /** Measures what a linear classifier could make of the encoder on the way, as `probeAccuracy`, where batches come with labels. */
  readonly probe?: OnlineProbe | undefined;
  /** Reads the config in the folder's checkpoint, as a method's `parse()` does; as it is, if left out. */
  readonly parse?: ((stored: unknown) => RunConfig) | undefined;
  /** Aborted, it ends the run after the step at hand, with a checkpoint. */
  readonly signal?: AbortSignal;
  /** Takes what happens besides steps, a sentence at a time. */
  readonly onMessage?: (text: string) => void;
  /** Takes the checkpoint that the run goes on from, or `undefined` for one that begins; called once, before the first step. */
  readonly onStart?: (resumed: NewestCheckpoint | undefined) => void;
  /** Takes what every step logs. */
  readonly onStep?: (line: MetricsLine, totalSteps: number) => void;
};

/** What {@linkcode train} did. */
export type TrainResult = {
  /** Steps that had been taken before. */
  readonly firstStep: number;
  /** Steps of the whole run. */
  readonly totalSteps: number;
  /** Path of the last checkpoint. */
  readonly checkpoint: string;
};

/**
 * Trains a pipeline to the end of its schedule, from the newest checkpoint of the run folder or from the start. Every random number is
 * addressed by seed, epoch, sample and step, so a run that was killed and resumed ends with the same bytes as one that was not, on the
 * same device.
 * @param pipeline What a step does; its parameters and teacher hold the result.
 * @param source The images; an epoch's order depends on the seed and the epoch alone.
 * @param config Schedule, optimizer and seed; written into every checkpoint.
 * @param folder The run folder, made if missing: `config.json`, `metrics.jsonl` and `checkpoints/`.
 * @param options How it is watched and ended.
 * @throws {ConfigError} If there are fewer images than a batch holds, or the folder's checkpoint is of another config or other images.
 * @throws {BusyError} If another process trains in the folder.
 * @throws {NonFiniteError} If the loss, a gradient or a tensor to be stored is NaN or infinite; the good checkpoints stay.
 * @throws {CollapseError} If the teacher has collapsed; after a checkpoint.
 * @throws {InterruptedError} If `signal` was aborted; after a checkpoint.
 * @throws {StorageError} If the run folder cannot be written.
 * @throws {CheckpointError} If the folder has checkpoints and none can be read, or a line of `metrics.jsonl` is damaged.
 */
export async function train<Batch>(
  pipeline: Pipeline<Batch>,
  source: BatchSource<Batch>,
  config: RunConfig,
  folder: string,
  { onCollapse = "stop", probe, parse, signal, onMessage = () => {}, onStart = () => {}, onStep = () => {} }:
    TrainOptions = {},
): Promise<TrainResult> {
  const { checkpointEvery } = config.log;
  const { warmupEpochs } = config.schedule;
  await using stepper = new Stepper(pipeline, source, config, probe);
  const { totalSteps } = stepper;

  makeFolder(folder);
  using _lock = new RunLock(folder);
  const resumed = resumePoint(folder, config, {
    dataHash: source.contentHash,
    orderHash: source.orderHash(0),
  }, parse);
  for (const { path, reason } of resumed?.damaged ?? []) {
    setAside(path); // or it would count as one of those that are kept
    onMessage(`${reason}; going back to ${resumed?.path}`);
  }
  if (resumed) stepper.restore(resumed.checkpoint);
  const firstStep = stepper.numSteps;
  makeFolder(`${folder}/checkpoints`);
  writeAtomically(`${folder}/config.json`, `${JSON.stringify(config, null, 2)}\n`);
  using metrics = new MetricsLog(`${folder}/metrics.jsonl`, firstStep);

  const watch = new CollapseWatch(pipeline.outDim, config);
  const canCollapse = Object.keys(pipeline.teacher).length > 0; // what predicts pixels or codes has no such way out
  const hasCollapsed = (line: MetricsLine) => canCollapse && line.epoch >= warmupEpochs && watch.add(line);
  metrics.before.forEach(hasCollapsed); // it counts on where the run before stopped
  const mtoWatch = new MtoWatch();
  metrics.before.forEach((line) => mtoWatch.add(line)); // what was told then is not told again
  onStart(resumed);

  let checkpoint = resumed?.path;
  const save = async (): Promise<string> =>
    checkpoint = writeCheckpoint(`${folder}/checkpoints`, await stepper.checkpoint());
  let numWarnings = 0;
  let numSpreadWarnings = metrics.before.filter((line) => spreadWarning(line, config)).length;
  try {
    while (stepper.numSteps < totalSteps) {
      const line = await stepper.takeStep();
      metrics.append(line);
      onStep(line, totalSteps);
      mtoWatch.add(line).forEach(onMessage);
      if (hasCollapsed(line)) {
        if (onCollapse === "stop") {
          throw new CollapseError(`${watch.message}; the checkpoint is ${await save()}`);
        }
        if (numWarnings++ === 0) onMessage(watch.message);
      }
      const warning = spreadWarning(line, config);
      if (warning && numSpreadWarnings++ === 0) onMessage(warning);
      await turnOfTheEventLoop(); // lets a signal arrive
      if (signal?.aborted && stepper.numSteps < totalSteps) {
        throw new InterruptedError(
          `Interrupted after ${stepper.numSteps} of ${totalSteps} steps; the checkpoint is ${await save()}: ` +
            "the same command goes on from there",
        );
      }
      if (stepper.numSteps % checkpointEvery === 0 || stepper.numSteps === totalSteps) await save();
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const good = checkpoint ? `the last good checkpoint is ${checkpoint}` : "there was no checkpoint yet";
    throw new NonFiniteError(
      `${error.message}; ${good}: lower optimizer.learningRate (now ${config.optimizer.learningRate}), in another run ` +
        "folder (--run)",
      { cause: error },
    );
  }
  return { firstStep, totalSteps, checkpoint: checkpoint! };
}
