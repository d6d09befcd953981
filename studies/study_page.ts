import { compareCurves, type LearningCurve } from "@lacuna/evaluation";
import { flattenConfig } from "@lacuna/pipelines";
import { integer, stream } from "@lacuna/random";
import { lineCharts } from "../bench/line_charts.ts";
import manifest from "../deno.json" with { type: "json" };
import { fineTuning } from "./fine_tune_best.ts";
import type { Verdict } from "./judge.ts";
import type { ArmRun } from "./run_arm.ts";
import type { StudyResult } from "./run_study.ts";
import { studentInterval } from "./student_interval.ts";
import type { Protocol, Study } from "./study.ts";

/** A study's page and its picture. */
export type StudyPage = {
  /** Markdown. */
  readonly page: string;
  /** Learning curves, means over the seeds, as SVG. */
  readonly curves: string;
  /** Every run, a line of JSON each. */
  readonly runs: string;
};

const protocolNames: Readonly<Record<Protocol, string>> = {
  ridge: "ridge regression",
  knn: "20 nearest neighbours",
  logistic: "logistic regression",
  linear: "linear probe by SGD",
  "fine-tune": `fine-tuned on ${fineTuning.numImages} labels`,
};

/** What a page says besides what came of the study. */
export type StudyPageOptions = {
  /** What makes it. */
  readonly command: string;
  /** The page as it was: what stands between its reading marks stays. */
  readonly before?: string;
};

/** Share by which an arm's time may differ from the study's before the page says so. */
const MOST_UNEVEN = 0.15;

/** Where a page keeps what people wrote on it. */
const [readingBegins, readingEnds] = ["<!-- reading -->", "<!-- /reading -->"];

/**
 * What came of a study, as a page: every seed, means, differences by pairs with their intervals, controls, curves, and the config behind it.
 * Nulls are told like the rest.
 * @param study What was asked.
 * @param result At least one run.
 * @param options What it says besides.
 */
export function studyPage(
  study: Study,
  result: StudyResult,
  { command, before = "" }: StudyPageOptions,
): StudyPage {
  const { runs, numMissing, rawPixels } = result;
  const arms = study.arms.map(({ name }) => ({ name, runs: runs.filter(({ arm }) => arm === name) }));
  const [host] = arms;
  const failures = runs.flatMap(({ arm, seed, failure, messages }) =>
    [...failure ? [failure] : [], ...messages].map((text) =>
      `- ${arm}, seed ${seed}: ${text.split(" What helps")[0]}` // advice is for whoever runs it
    )
  );
  const isOneSeed = result.seeds.length === 1;
  const { length } = study;
  const uneven = "epochs" in length
    ? []
    : arms.flatMap(({ name, runs }) =>
      runs.length > 0 ? [{ name, seconds: meanOf(runs.map(({ seconds }) => seconds))! }] : []
    )
      .filter(({ seconds }) => Math.abs(seconds / length.seconds - 1) > MOST_UNEVEN)
      .map(({ name, seconds }) =>
        `- ${name} trained for ${
          seconds.toFixed(0)
        } s and not for ${length.seconds}: the machine was not alone, or not alike, when speeds were measured; ` +
        "an idle one runs it anew once the study's folder is removed"
      );
  const page = [
    "<!-- deno-fmt-ignore-file -->",
    `# ${study.title}`,
    study.claim,
    ...numMissing > 0 ? [`**${numMissing} runs are not over yet**: the same command goes on.`] : [],
    `\`${command}\`: ${howLong(study)}, ${result.images.train.size} images of ` +
    `${result.images.train.name}, ${result.seeds.length} ${
      isOneSeed ? "seed" : "seeds"
    }. Arms share start, images and order seed by seed, and masks where their settings agree.`,
    "## Reading",
    reading(before),
    ...study.protocols.map((protocol) => finalTable(protocol, arms, result)),
    "Untrained is the same encoder as it starts; fine-tuned, that is supervised training from scratch. Learned is the mean difference in points from it, seed by seed; the " +
    "last columns compare with the first arm likewise" +
    (isOneSeed ? ". One seed shows nothing: `--seeds 3` adds two, and intervals." : ", with the 95 % " +
      `interval of Student's t, which is not corrected for the ${
        arms.length - 1
      } comparisons. An interval that ` +
      "holds 0 shows no difference."),
    "## Learning curves",
    `![${study.title}: learning curves](./${study.name}.svg)`,
    `Every point of every seed, with its config: [${study.name}.jsonl](./${study.name}.jsonl).`,
    `By ${
      protocolNames[study.protocols[0]]
    } on ${result.images.validation.size} images of the training split that ` +
    "no encoder learns from; at 0 the untrained encoder. Means over the seeds.",
    curveTable(host!.runs, arms),
    "What is chosen is chosen on these images, which the tables above do not use. `RAUC` is the area under the curve, over shares of each run's own length, divided by that of the " +
    "first arm, `RAUC₀` the same above the untrained encoder's accuracy, where the first arm gains a point at least on the mean over its curve; " +
    "\"time to\" says when an arm's is where the first one's ends, over when that is there itself. All are of the mean curves; in brackets the range of 95 of 100 " +
    "draws of seeds. The first arm against itself shows what chance does.",
    ...failures.length + uneven.length > 0 ? ["## What went wrong", [...failures, ...uneven].join("\n")] : [],
    "## Behind it",
    behind(study, result, arms.map(({ runs }) => runs[0])),
    ...study.protocols.includes("fine-tune") ? [fineTuningChosen(runs)] : [],
    `Raw pixels are judged like the encoders: ${verdictText(rawPixels, study.protocols)}.`,
  ];
  return {
    page: `${page.join("\n\n")}\n`,
    curves: curvesOf(study, arms),
    runs: runs.map((run) => `${JSON.stringify(run)}\n`).join(""),
  };
}

type ArmRuns = { readonly name: string; readonly runs: readonly ArmRun[] };

function howLong({ length }: Study): string {
  if ("seconds" in length) return `${length.seconds} s of training for every arm`;
  return length.epochs === "preset"
    ? "the epochs that each preset names"
    : `${length.epochs} epochs, the same steps for every arm`;
}

function reading(before: string): string {
  const kept = before.split(readingBegins)[1]?.split(readingEnds)[0]?.trim();
  return `${readingBegins}\n\n${kept ?? "Not written yet."}\n\n${readingEnds}`;
}

/** Every seed's accuracy at the end, with controls. */
function finalTable(protocol: Protocol, arms: readonly ArmRuns[], { seeds, rawPixels }: StudyResult): string {
  const [host] = arms;
  const rows = arms.map(({ name, runs }) => {
    const of = (seed: number) => runs.find((run) => run.seed === seed)?.trained[protocol];
    const values = seeds.map(of);
    const there = values.filter((value) => value !== undefined);
    const differences = seeds.flatMap((seed, i) => {
      const base = host!.runs.find((run) => run.seed === seed)?.trained[protocol];
      return base === undefined || values[i] === undefined ? [] : [values[i] - base];
    });
    const spread = studentInterval(there);
    const compared = name === host!.name ? "" : differenceText(differences);
    const untrained = meanOf(runs.flatMap(({ untrained }) => untrained[protocol] ?? []));
    const gains = runs.flatMap(({ trained, untrained }) => {
      const [after, before] = [trained[protocol], untrained[protocol]];
      return after === undefined || before === undefined ? [] : [after - before];
    });
    return [
      name,
      ...seeds.map((seed, i) =>
        runs.some((run) => run.seed === seed && run.failure !== undefined) ? "failed" : percent(values[i])
      ),
      percent(meanOf(there)),
      spread ? (100 * spread.deviation).toFixed(2) : "",
      percent(untrained),
      differenceText(gains),
      meanOf(runs.map(({ seconds }) => seconds))?.toFixed(0) ?? "",
      compared,
      name === host!.name ? "" : verdictOf(differences),
    ];
  });
  const numbers = seeds.map((seed) => `seed ${seed}`);
  const head = ["arm", ...numbers, "mean", "deviation", "untrained", "learned", "seconds", "difference", ""];
  const pixels = ["raw pixels", ...seeds.map(() => ""), percent(rawPixels[protocol]), "", "", "", "", "", ""];
  return `## Test accuracy in %, ${protocolNames[protocol]}\n\n${markdown(head, [...rows, pixels])}`;
}

function differenceText(differences: readonly number[]): string {
  const interval = studentInterval(differences);
  if (!interval) return differences.length === 1 ? signed(differences[0]!) : "";
  const { mean, margin } = interval;
  return `${signed(mean)} (${signed(mean - margin)} … ${signed(mean + margin)})`;
}

function verdictOf(differences: readonly number[]): string {
  const interval = studentInterval(differences);
  if (!interval) return "one seed";
  if (Math.abs(interval.mean) <= interval.margin) return "no difference shown";
  return interval.mean > 0 ? "above" : "below";
}

/** How the curves end, and how much sooner each arm is where the first ends. */
function curveTable(host: readonly ArmRun[], arms: readonly ArmRuns[]): string {
  const hostGain = gainOf(host);
  const rows = arms.map(({ name, runs }) => {
    const isHost = runs === host;
    const pairs = pairsOf(runs, host);
    const compared = pairs.length === 0 ? undefined : compareCurves(
      shareCurve(pairs.map(([run]) => run)),
      shareCurve(pairs.map(([, base]) => base)),
    );
    const last = runs.map(({ curve }) => curve.at(-1)!.accuracy);
    const differences = pairs.map(([run, base]) => run.curve.at(-1)!.accuracy - base.curve.at(-1)!.accuracy);
    const epochs = (runs[0]?.config.schedule.epochs ?? 1) / (host[0]?.config.schedule.epochs ?? 1); // shares are of each one's own
    const seconds = (meanOf(runs.map(({ seconds }) => seconds)) ?? 1) /
      (meanOf(host.map(({ seconds }) => seconds)) ?? 1);
    return [
      isHost ? `${name}, against itself` : name,
      percent(meanOf(last)),
      isHost ? "" : differenceText(differences),
      isHost ? "" : compared?.rauc.toFixed(3) ?? "",
      isHost || hostGain < LEAST_GAIN ? "" : compared?.raucAboveStart.toFixed(3) ?? "",
      timeTo(pairs, isHost, epochs),
      isHost ? "" : timeTo(pairs, isHost, seconds),
    ];
  });
  const head = [
    "arm",
    "at the end",
    "difference",
    "RAUC",
    "RAUC₀",
    "time to, in epochs",
    "time to, in seconds",
  ];
  return markdown(head, rows);
}

const LEAST_GAIN = 0.01; // below it, an area above the start is mostly noise
const NUM_RESAMPLED = 1000;

type Pair = readonly [run: ArmRun, host: ArmRun];

/** Runs with the first arm's of the same seed, where both have whole curves. */
function pairsOf(runs: readonly ArmRun[], hostRuns: readonly ArmRun[]): Pair[] {
  return runs.flatMap((run) => {
    const host = hostRuns.find(({ seed }) => seed === run.seed);
    return host && host.curve.length === run.curve.length && run.curve.length > 1 ? [[run, host]] : [];
  });
}

/**
 * When the mean curve of an arm is where the first arm's ends, over when that one is; with the range in which 95 of 100 draws of as many seeds, each any
 * number of times, have it. Against itself an arm is drawn twice: the range is what seeds alone do.
 */
function timeTo(pairs: readonly Pair[], againstItself: boolean, scale: number): string {
  if (pairs.length === 0) return "";
  const ratioOf = (runs: readonly ArmRun[], hosts: readonly ArmRun[]) =>
    scale * (compareCurves(shareCurve(runs), shareCurve(hosts)).epochRatio ?? Infinity);
  const [runs, hosts] = [pairs.map(([run]) => run), pairs.map(([, host]) => host)];
  const text = (ratio: number) => Number.isFinite(ratio) ? ratio.toFixed(2) : "never";
  const found = againstItself ? "" : text(ratioOf(runs, hosts));
  if (pairs.length === 1) return found;
  const draws = Array.from({ length: NUM_RESAMPLED }, (_, draw) => {
    const prng = stream({ seed: 0, name: "study page", sample: draw });
    const first = runs.map((_, i) => integer(prng, i, runs.length));
    const second = againstItself ? runs.map((_, i) => integer(prng, runs.length + i, runs.length)) : first;
    return ratioOf(first.map((i) => runs[i]!), second.map((i) => hosts[i]!));
  }).sort((a, b) => a - b);
  const end = (share: number) => text(draws[Math.floor(share * NUM_RESAMPLED)]!);
  return `${found} (${end(0.025)} … ${end(0.975)})`.trim();
}

/** How far runs are above their start, the mean over their curves. */
function gainOf(runs: readonly ArmRun[]): number {
  return meanOf(runs.flatMap(({ curve }) => curve.map(({ accuracy }) => accuracy - curve[0]!.accuracy))) ?? 0;
}

/** The mean of runs' curves over shares of their length, in which curves of unequal lengths have the same points. */
function shareCurve(runs: readonly ArmRun[]): LearningCurve {
  const points = runs[0]!.curve.map((_, i) => i);
  return {
    epochs: points.map((i) => i / (points.length - 1)),
    accuracies: points.map((i) => meanOf(runs.map(({ curve }) => curve[i]!.accuracy))!),
  };
}

function curvesOf(study: Study, arms: readonly ArmRuns[]): string {
  const bySeconds = "seconds" in study.length;
  const lines = arms.filter(({ runs }) => runs.length > 0).map(({ name, runs }) => {
    const numPoints = Math.min(...runs.map(({ curve }) => curve.length));
    const points = Array.from({ length: numPoints }, (_, i) => i);
    const seconds = meanOf(runs.map(({ seconds }) => seconds))!;
    return {
      name,
      x: points.map((i) => bySeconds ? seconds * i / study.numProbes : runs[0]!.curve[i]!.epoch),
      y: points.map((i) => 100 * meanOf(runs.map(({ curve }) => curve[i]!.accuracy))!),
    };
  });
  const x = lines.reduce<number[]>((longest, { x }) => x.at(-1)! > (longest.at(-1) ?? -1) ? x : longest, []);
  const title = `accuracy in % against ${bySeconds ? "seconds" : "epochs"}`;
  return lineCharts([{ title, x, lines }], study.title, { axes: "linear", size: [760, 420] });
}

/** Config, data, device, versions. */
function behind(
  study: Study,
  { seeds, device, images }: StudyResult,
  firsts: readonly (ArmRun | undefined)[],
): string {
  const [host] = firsts;
  const settings = study.arms.map(({ name, method, preset = "demo", settings = [], share = 1, alter }, i) => {
    const epochs = firsts[i]?.config.schedule.epochs;
    return [
      name,
      `${method}, ${preset}`,
      [
        ...settings,
        ...share === 1 ? [] : [`${share} of the length`],
        ...alter ? ["altered in code"] : [],
      ].map((text) => `\`${text}\``).join(" "),
      epochs === undefined ? "" : String(epochs),
    ];
  });
  const config = host
    ? Object.entries(flattenConfig(host.config)).map(([key, value]) => `${key}=${value}`)
    : [];
  return [
    markdown(["arm", "method and preset", "settings", "epochs"], settings),
    `Config of the first arm: \`${config.join(" ")}\`.`,
    `Seeds ${
      seeds.join(", ")
    }. Lacuna ${manifest.version}, Deno ${Deno.version.deno}, device ${device.name} ` +
    `(${device.detail}). Images: ${images.train.size} to learn from and for the probes, ${images.validation.size} for the ` +
    `curves and choices, ${images.test.size} for the tables; hash ${host?.data.slice(0, 12) ?? "unknown"}.`,
  ].join("\n\n");
}

/** How often each way to fine-tune was best. */
function fineTuningChosen(runs: readonly ArmRun[]): string {
  const rows = fineTuning.choices.map(({ baseLearningRate, layerDecay }, choice) => [
    String(baseLearningRate),
    String(layerDecay),
    String(runs.filter(({ trained }) => trained.fineTuneChoice === choice).length),
    String(runs.filter(({ untrained }) => untrained.fineTuneChoice === choice).length),
  ]);
  return "Rate and layer decay of fine-tuning are those which do best on the images of the curves, for an encoder as it ends and as it starts, in so many runs:\n\n" +
    markdown(["rate", "layer decay", "as it ends", "as it starts"], rows);
}

function verdictText(verdict: Verdict, protocols: readonly Protocol[]): string {
  return protocols.filter((protocol) => verdict[protocol] !== undefined).map((protocol) =>
    `${percent(verdict[protocol])} % (${protocolNames[protocol]})`
  ).join(
    ", ",
  );
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number | undefined): string {
  return share === undefined ? "" : (100 * share).toFixed(1);
}

function signed(difference: number): string {
  return `${difference < 0 ? "−" : "+"}${Math.abs(100 * difference).toFixed(1)}`;
}
