/**
 * The command line of pre-training: `deno task pretrain --preset demo --run runs/demo`.
 * @module
 */
import { jpegDecoder } from "@lacuna/data/images";
import {
  byteCount,
  formatSeconds,
  Interrupt,
  standardTerminal,
  type Terminal,
  wholeNumber,
} from "@lacuna/data/terminal";
import { useDevice } from "@lacuna/tensor";
import { Command, Option } from "commander";
import { overrideConfig } from "./config.ts";
import { exitCodes } from "./exit_code.ts";
import { pretrain } from "./pretrain.ts";
import { ProgressReporter } from "./progress.ts";
import { runLength } from "./run_length.ts";
import { methodNamed, methodNames, presetOf } from "./methods.ts";
import { tellFailure } from "./tell_failure.ts";
import { openTrainingImages, type TrainingImages } from "./training_images.ts";

type Flags = {
  readonly method: string;
  readonly preset: string;
  readonly run?: string;
  readonly seed?: number;
  readonly device: string;
  readonly data: string;
  readonly cacheBytes: number;
  readonly workers: number;
  readonly skipBad: number;
  readonly probeEvery?: number;
  readonly set: readonly string[];
  readonly onCollapse: "stop" | "warn";
};

/**
 * Runs the command and tells how it goes.
 * @param args The arguments after the program's name.
 * @param terminal Where it tells.
 * @returns The exit code, one of {@linkcode exitCodes}.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = standardTerminal(),
): Promise<number> {
  try {
    await run(command(terminal).parse(args, { from: "user" }).opts<Flags>(), terminal);
    return exitCodes.ok;
  } catch (error) {
    return tellFailure(error, terminal);
  }
}

function command({ write, writeError }: Terminal): Command {
  const codes = Object.entries(exitCodes).map(([meaning, code]) => `${code} ${meaning}`).join(", ");
  return new Command("pretrain")
    .description("Pre-trains an encoder, or goes on where the run folder's last checkpoint stands.")
    .option("--method <name>", `how: ${methodNames.join(", ")}`, "extrema")
    .option(
      "--preset <name>",
      "config to start from: demo, tiny, paper, and others that the method has",
      "demo",
    )
    .option(
      "--run <folder>",
      "run folder, below runs/ for the task's permissions (default: runs/<preset>, runs/<method>-<preset> but for extrema)",
    )
    .option(
      "--seed <number>",
      "seed of every random number (default: the preset's, 0)",
      wholeNumber(0, 2 ** 32 - 1),
    )
    .option("--device <name>", "what runs the maths: auto, native, wasm, webgpu, tensorflow, cpu", "auto")
    .option("--data <folder>", "shards to learn from, or their URL", ".lacuna/data/fashion-mnist")
    .option(
      "--cache-bytes <bytes>",
      "of shards behind a URL, at most so much is kept in .lacuna/cache; 0 keeps nothing",
      byteCount(0),
      10e9,
    )
    .option(
      "--workers <number>",
      "threads that decode and augment images beside the training",
      wholeNumber(0, 64),
      0,
    )
    .option(
      "--skip-bad <number>",
      "images that cannot be decoded and may be replaced by the next good ones; the first one more ends the run",
      wholeNumber(0, 999_999_999),
      0,
    )
    .option(
      "--probe-every <steps>",
      "measure on the way how well a linear classifier tells the classes, as probeAccuracy; the training stays the same",
      wholeNumber(1),
    )
    .option("--set <key=value>", "another value for a field of the config; may be repeated", append, [])
    .addOption(
      new Option("--on-collapse <what>", "what to do when the teacher collapses").choices(["stop", "warn"])
        .default("stop"),
    )
    .addHelpText("after", `\nExit codes: ${codes}`)
    .configureOutput({
      writeOut: write,
      writeErr: writeError,
      getOutHasColors: () => false, // asking needs --allow-env
      getErrHasColors: () => false,
    })
    .exitOverride();
}

async function run(flags: Flags, terminal: Terminal): Promise<void> {
  const { write, writeError } = terminal;
  const say = (line: string) => write(`${line}\n`);
  const seed = flags.seed === undefined ? [] : [`seed=${flags.seed}`];
  const method = methodNamed(flags.method);
  const config = overrideConfig(presetOf(method, flags.preset), [...flags.set, ...seed], method.parse);
  const folder = flags.run ?? `runs/${method.name === "extrema" ? "" : `${method.name}-`}${flags.preset}`;
  say(`Pretraining ${method.title}, preset ${flags.preset}, seed ${config.seed}, in ${folder}`);

  const device = await useDevice(flags.device);
  say(`Device  ${device.name}: ${device.detail}`);
  for (const { name, reason } of device.rejected) say(`        not ${name}: ${reason}`);

  const images = await openTrainingImages(flags.data, config.image.size, {
    cacheBytes: flags.cacheBytes,
  });
  const { name, split: { numRows }, height, width, channels } = images;
  say(`Data    ${name}: ${numRows} images of ${height}×${width}×${channels}`);
  if (isEncoded(images)) say(`        JPEG is decoded by ${jpegDecoder()}`);

  const { totalSteps } = runLength(config.schedule, numRows);
  say(`Model   ${method.describe(config)}`);
  say(
    `Run     ${totalSteps} steps of ${config.schedule.batchSize} images, ${config.schedule.epochs} epochs`,
  );
  let isOver = false;
  using progress = new ProgressReporter(terminal, config.schedule.batchSize, totalSteps);
  using interrupt = new Interrupt();
  const { seconds } = await pretrain(method, config, images, folder, {
    device,
    workers: flags.workers,
    skipBad: flags.skipBad,
    probeEvery: flags.probeEvery,
    onCollapse: flags.onCollapse,
    signal: interrupt.signal,
    onStart: (resumed) => {
      if (!resumed) return;
      const { checkpoint: { step }, path } = resumed;
      isOver = step === totalSteps;
      say(isOver ? `Already complete: ${path}` : `        goes on after step ${step}, from ${path}`);
    },
    onStep: (line) => progress.add(line),
    onMessage: (text) => {
      progress.end();
      writeError(`${text}\n`);
    },
  });
  progress.end();
  if (!isOver) say(`Done    ${totalSteps} steps in ${formatSeconds(seconds)}: ${folder}`);
}

function isEncoded({ split, column }: TrainingImages): boolean {
  return split.columns.some(({ name, kind }) => name === column && kind === "encodedImage");
}

function append(value: string, values: readonly string[]): string[] {
  return [...values, value];
}

if (import.meta.main) Deno.exit(await main(Deno.args));
