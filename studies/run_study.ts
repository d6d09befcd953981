import { writeAtomically } from "@lacuna/data";
import { type DeviceNote, InterruptedError, methodNamed, pretrain, readMetrics } from "@lacuna/pipelines";
import { presetOf } from "@lacuna/pipelines/methods";
import * as tf from "@tensorflow/tfjs-core";
import { judge, type Verdict } from "./judge.ts";
import { armConfig, type ArmRun, isOver, readRun, runArm } from "./run_arm.ts";
import { StartJudge } from "./start_judge.ts";
import type { Arm, Study } from "./study.ts";
import { type StudyImages, toTrainingImages } from "./study_images.ts";

/** How a study is run and watched. */
export type StudyOptions = {
  /** Of all its runs: `<folder>/<arm>-<seed>`. */
  readonly folder: string;
  readonly device: DeviceNote;
  /** Of the runs; the study's own if left out. */
  readonly seeds?: readonly number[];
  /** Begins no run that would end later than this many minutes from now; the study's own if left out. */
  readonly minutes?: number;
  /** Ends the study after the step at hand. */
  readonly signal?: AbortSignal;
  /** Takes what happens, a line at a time. */
  readonly onMessage?: (line: string) => void;
};

/** What is there of a study. */
export type StudyResult = {
  /** Those that are over, seed by seed. */
  readonly runs: readonly ArmRun[];
  readonly seeds: readonly number[];
  /** Runs that are not over yet. */
  readonly numMissing: number;
  /** Raw pixels, by the study's protocols on the test images. */
  readonly rawPixels: Verdict;
  readonly images: StudyImages;
  readonly device: DeviceNote;
};

/**
 * Runs a study, or goes on with it: seed by seed, every arm on the same images, masks and order. Runs that are over are used again, and judged anew
 * where the study asks for other protocols than it did.
 * @throws {ConfigError} If an arm's config cannot be run, or the folder holds runs of another study.
 * @throws {InterruptedError} If `signal` was aborted; the same call goes on.
 */
export async function runStudy(
  study: Study,
  images: StudyImages,
  { folder, device, seeds, minutes = study.minutes, signal, onMessage = () => {} }: StudyOptions,
): Promise<StudyResult> {
  const all = seeds ?? seedsOf(study);
  const end = performance.now() + 60_000 * minutes;
  const starts = new StartJudge(images, study);
  const runs: ArmRun[] = [];
  let [numMissing, longest] = [0, 0];
  Deno.mkdirSync(folder, { recursive: true });
  for (const seed of all) {
    for (const arm of study.arms) {
      const own = `${folder}/${arm.name}-${seed}`;
      const before = await readRun(`${own}/study.json`);
      if (!(before && isOver(before, study)) && performance.now() + longest > end) {
        numMissing++;
        continue;
      }
      const start = performance.now();
      const epochs = (arm.share ?? 1) * await epochsOf(study, arm, images, folder, device, signal);
      const run = await runArm(study, arm, seed, images, {
        folder: own,
        device,
        epochs,
        starts,
        ...signal && { signal },
      });
      runs.push(run);
      if (before && isOver(before, study)) continue;
      longest = Math.max(longest, performance.now() - start);
      const accuracy = run.trained[study.protocols[0]];
      const outcome = run.failure ?? `${(100 * accuracy!).toFixed(1)} % after ${run.seconds.toFixed(0)} s`;
      onMessage(`${arm.name}, seed ${seed}: ${outcome}`);
    }
  }
  const rawPixels = await judge(
    { represent: (batch) => tf.reshape(batch, [batch.shape[0], -1]) },
    images,
    study,
  );
  return { runs, seeds: all, numMissing, rawPixels, images, device };
}

/** A study's seeds, or so many from so high on. */
export function seedsOf({ numSeeds, firstSeed = 0 }: Pick<Study, "numSeeds" | "firstSeed">): number[] {
  return Array.from({ length: numSeeds }, (_, i) => firstSeed + i);
}

/** Passes over the images: those that the study or the arm's preset names, or as many as the arm takes in its seconds, measured once and noted down. */
async function epochsOf(
  { length }: Study,
  arm: Arm,
  images: StudyImages,
  folder: string,
  device: DeviceNote,
  signal?: AbortSignal,
): Promise<number> {
  if ("epochs" in length) {
    return length.epochs === "preset"
      ? presetOf(methodNamed(arm.method), arm.preset ?? "demo").schedule.epochs
      : length.epochs;
  }
  const path = `${folder}/speeds.json`;
  const speeds = await readSpeeds(path);
  const key = JSON.stringify([arm.name, device.name, images.train.contentHash, armConfig(arm, 0, 100)]);
  if (!(key in speeds)) {
    speeds[key] = await imagesPerSecond(arm, images, folder, device, signal);
    writeAtomically(path, `${JSON.stringify(speeds, null, 2)}\n`);
  }
  return Number((length.seconds * speeds[key]! / images.train.size).toPrecision(4));
}

async function readSpeeds(path: string): Promise<Record<string, number>> {
  try {
    return JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}

const NUM_TIMED = 24; // steps, of which the first quarter is left out

/** How fast an arm trains, by the median of some steps. */
async function imagesPerSecond(
  arm: Arm,
  images: StudyImages,
  runsFolder: string,
  device: DeviceNote,
  signal?: AbortSignal,
): Promise<number> {
  const folder = await Deno.makeTempDir({ dir: runsFolder, prefix: "speed_" });
  const enough = new AbortController();
  try {
    await pretrain(methodNamed(arm.method), armConfig(arm, 0, 100), toTrainingImages(images.train), folder, {
      device,
      onCollapse: "warn",
      signal: AbortSignal.any([enough.signal, ...signal ? [signal] : []]),
      onStep: ({ step }) => step + 1 >= NUM_TIMED && enough.abort(),
    });
  } catch (error) {
    if (!(error instanceof InterruptedError) || signal?.aborted) throw error;
    const speeds = readMetrics(`${folder}/metrics.jsonl`).slice(NUM_TIMED / 4)
      .map(({ imagesPerSecond }) => imagesPerSecond).sort((a, b) => a - b);
    return speeds[Math.floor(speeds.length / 2)]!;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  throw new RangeError(
    `100 passes over ${images.train.size} images are fewer than ${NUM_TIMED} steps: give more images`,
  );
}
