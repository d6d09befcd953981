import { writeAtomically } from "@lacuna/data";
import {
  ConfigError,
  type DeviceNote,
  flattenConfig,
  InterruptedError,
  type LoadedRun,
  loadRun,
  type Method,
  type MethodConfig,
  methodNamed,
  type MethodPipeline,
  newestCheckpoint,
  NonFiniteError,
  overrideConfig,
  pretrain,
  readMetrics,
  runLength,
} from "@lacuna/pipelines";
import { presetOf } from "@lacuna/pipelines/methods";
import * as tf from "@tensorflow/tfjs-core";
import { judge, type Judged, judgingOf, probeFeatures, type Verdict } from "./judge.ts";
import type { StartJudge } from "./start_judge.ts";
import type { Arm, FrozenProtocol, Study } from "./study.ts";
import { firstOf, type StudyImages, toTrainingImages } from "./study_images.ts";

/** A point of a learning curve. */
export type CurvePoint = {
  readonly step: number;
  readonly epoch: number;
  /** By the study's first protocol, on the validation images, in [0, 1]. */
  readonly accuracy: number;
};

/** What came of one run. */
export type ArmRun = {
  readonly arm: string;
  readonly seed: number;
  /** Why it ended before its end, if it did. */
  readonly failure?: string;
  /** What happened besides, as a collapse. */
  readonly messages: readonly string[];
  readonly config: MethodConfig;
  /** Hash of the images. */
  readonly data: string;
  /** What else decides how it goes. */
  readonly asked: Asked;
  /** From the untrained encoder on. */
  readonly curve: readonly CurvePoint[];
  /** On the test images: of the encoder as it starts, and at the end. */
  readonly untrained: Verdict;
  readonly trained: Verdict;
  /** Spent in training steps, as many as they are at the median step's time: what else the machine does weighs less so. */
  readonly seconds: number;
  readonly device: DeviceNote;
};

/** What decides a run and its curve besides config and images. */
type Asked = {
  readonly curve: FrozenProtocol;
  readonly numProbes: number;
  readonly isAltered: boolean;
  readonly device: string;
};

/** Where a run is and what watches it. */
export type ArmOptions = {
  /** The run folder. */
  readonly folder: string;
  readonly device: DeviceNote;
  /** Passes over the images. */
  readonly epochs: number;
  /** Judges the encoder as it starts. */
  readonly starts: StartJudge;
  /** Ends the run after the step at hand. */
  readonly signal?: AbortSignal;
};

const NUM_PROBED = 2048; // images that a curve's probes learn from, at most

/**
 * One run of an arm, from wherever its folder stands: trained to the next point of its curve, probed there, and so on; the training does not
 * notice. Its encoder is judged before and after. A run that is over is read from `study.json`, and one that was judged otherwise than the study asks
 * is judged anew, trained again only as far as its checkpoints are gone.
 * @throws {ConfigError} If the folder holds another run.
 * @throws {InterruptedError} If `signal` was aborted; the same call goes on.
 */
export async function runArm(
  study: Study,
  arm: Arm,
  seed: number,
  images: StudyImages,
  { folder, device, epochs, starts, signal }: ArmOptions,
): Promise<ArmRun> {
  const method = methodNamed(arm.method);
  const config = armConfig(arm, seed, epochs);
  const training = toTrainingImages(images.train);
  const data = training.split.contentHash;
  const path = `${folder}/study.json`;
  const before = await readRun(path);
  const [curve] = study.protocols;
  const asked: Asked = {
    curve,
    numProbes: study.numProbes,
    isAltered: arm.alter !== undefined,
    device: device.name,
  };
  if (before) checkSame(before, method.parse(before.config), { config, data, asked }, folder);
  if (before && isOver(before, study)) return before;

  const { stepsPerEpoch, totalSteps } = runLength(config.schedule, training.split.numRows);
  const stops = new Set(
    Array.from({ length: study.numProbes }, (_, i) => Math.round(totalSteps * (i + 1) / study.numProbes)),
  );
  const probed = firstOf(images.train, NUM_PROBED);
  const pointAt = async (step: number, { represent }: Judged): Promise<CurvePoint> => {
    const { [curve]: accuracy } = await probeFeatures(represent, probed, images.validation, [curve]);
    return { step, epoch: step / stepsPerEpoch, accuracy: accuracy! };
  };
  let pipeline: MethodPipeline<unknown> | undefined; // one for the whole run, which goes on in its place
  const own: Method<MethodConfig, unknown> = {
    ...method,
    pipeline: (config, image, prepared) => {
      if (pipeline) return pipeline;
      pipeline = method.pipeline(config, image, prepared);
      arm.alter?.(pipeline, seed);
      return pipeline;
    },
  };
  let run: ArmRun = before ?? await begin();
  const save = (more: Partial<ArmRun>) => {
    run = { ...run, ...more };
    writeAtomically(path, `${JSON.stringify(run, null, 2)}\n`);
  };

  async function begin(): Promise<ArmRun> {
    return {
      arm: arm.name,
      seed,
      messages: [],
      config,
      data,
      asked,
      curve: [await ofStart((model) => pointAt(0, model))],
      untrained: {},
      trained: {},
      seconds: 0,
      device,
    };
  }
  async function ofStart<T>(tell: (model: MethodPipeline<unknown>) => Promise<T>): Promise<T> {
    const start = method.pipeline(config, training);
    try {
      return await tell(start);
    } finally {
      tf.dispose([start.parameters, start.teacher]);
    }
  }
  let loaded: LoadedRun | undefined;
  async function trainTo(stop: number): Promise<MethodPipeline<unknown>> {
    if (newestCheckpoint(folder)?.checkpoint.step === stop) {
      return pipeline ?? (loaded ??= loadRun(folder)).trained; // killed before the probe, or to be judged anew
    }
    if (signal?.aborted) throw new InterruptedError(`Interrupted before step ${stop} of ${folder}`);
    const reached = new AbortController();
    try {
      await pretrain(own, config, training, folder, {
        device,
        onCollapse: "warn",
        signal: AbortSignal.any([reached.signal, ...signal ? [signal] : []]),
        onStep: ({ step }) => step + 1 >= stop && reached.abort(),
        onMessage: (text) => {
          if (!run.messages.map(withoutNumbers).includes(withoutNumbers(text))) { // a collapse lasts
            save({ messages: [...run.messages, text] });
          }
        },
      });
    } catch (error) {
      if (!(error instanceof InterruptedError) || !reached.signal.aborted) throw error;
    }
    return pipeline!;
  }

  Deno.mkdirSync(folder, { recursive: true });
  save({});
  const isJudged = ({ judgedBy }: Verdict) => judgedBy === judgingOf(study);
  try {
    if (!isJudged(run.untrained)) {
      save({ untrained: await ofStart((model) => starts.judge(model, signal)) });
    }
    for (const stop of stops) {
      if (stop <= run.curve.at(-1)!.step) continue;
      const point = await pointAt(stop, await trainTo(stop));
      save({ curve: [...run.curve, point], seconds: secondsOf(folder, config.schedule.batchSize) });
    }
    if (!isJudged(run.trained)) {
      save({ trained: await judge(await trainTo(totalSteps), images, study, signal) });
    }
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    save({ failure: error.message });
  } finally {
    for (const model of [pipeline, loaded?.trained, loaded?.untrained]) {
      if (model) tf.dispose([model.parameters, model.teacher]);
    }
  }
  return run;
}

/** An arm's config for a seed. */
export function armConfig(arm: Arm, seed: number, epochs: number): MethodConfig {
  const method = methodNamed(arm.method);
  return overrideConfig(presetOf(method, arm.preset ?? "demo"), [
    `schedule.epochs=${epochs}`,
    `schedule.warmupEpochs=${epochs / 10}`,
    ...arm.settings ?? [],
    `seed=${seed}`,
  ], method.parse);
}

/** What a run's `study.json` says, nothing where there is none. */
export async function readRun(path: string): Promise<ArmRun | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as ArmRun;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Whether a run came to its end, one way or the other, and was judged as the study asks. */
export function isOver(run: ArmRun, study: Study): boolean {
  return run.failure !== undefined || run.trained.judgedBy === judgingOf(study);
}

function checkSame(
  there: ArmRun,
  parsed: MethodConfig, // with the fields that its version did not have
  here: Pick<ArmRun, "config" | "data" | "asked">,
  folder: string,
): void {
  const a: Record<string, unknown> = { ...flattenConfig(parsed), ...there.asked };
  const b: Record<string, unknown> = { ...flattenConfig(here.config), ...here.asked };
  const fields = Object.keys({ ...a, ...b }).filter((key) => `${a[key]}` !== `${b[key]}`);
  if (there.data !== here.data) fields.push("the images");
  if (fields.length > 0) {
    throw new ConfigError(
      `${folder} holds a run with other ${
        fields.join(", ")
      }: remove the study's folder, or name another with --runs`,
    );
  }
}

/** What a message says but for steps and values; the number in a name such as `rowEntropy.1` stays. */
function withoutNumbers(text: string): string {
  return text.replace(/ \d\S*/g, "");
}

/** Steps at the median step's time. */
function secondsOf(folder: string, batchSize: number): number {
  const steps = readMetrics(`${folder}/metrics.jsonl`);
  const speeds = steps.map(({ imagesPerSecond }) => imagesPerSecond).sort((a, b) => a - b);
  return steps.length * batchSize / speeds[Math.floor(speeds.length / 2)]!;
}
