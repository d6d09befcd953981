/**
 * Reruns a claim at small scale: `deno task study mask-ratio`. Writes `docs/studies/<name>.md` with its curves and numbers, and keeps every run in
 * `runs/studies/<name>/`, from where the same command goes on.
 * @module
 */
import { writeAtomically } from "@lacuna/data";
import { Interrupt, standardTerminal, type Terminal, wholeNumber } from "@lacuna/data/terminal";
import { ConfigError, exitCodes, tellFailure } from "@lacuna/pipelines";
import { useDevice } from "@lacuna/tensor";
import { Command, InvalidArgumentError } from "commander";
import { runStudy, seedsOf } from "./run_study.ts";
import { studies, studyNamed } from "./studies.ts";
import { studyImages } from "./study_images.ts";
import { studyPage } from "./study_page.ts";

type Flags = {
  readonly seeds?: number;
  readonly firstSeed?: number;
  readonly minutes?: number;
  readonly epochs?: number;
  readonly images?: number;
  readonly arm: readonly string[];
  readonly data?: string;
  readonly device: string;
  readonly runs: string;
  readonly out: string;
};

/**
 * Runs the command and tells how it goes.
 * @returns The exit code.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = standardTerminal(),
): Promise<number> {
  try {
    const parsed = command(terminal).parse(args, { from: "user" });
    await run(parsed.args[0]!, parsed.opts<Flags>(), (line) => terminal.write(`${line}\n`));
    return exitCodes.ok;
  } catch (error) {
    return tellFailure(error, terminal);
  }
}

function command({ write, writeError }: Terminal): Command {
  const list = studies.map(({ name, title }) => `  ${name.padEnd(17)} ${title}`).join("\n");
  return new Command("study")
    .description("Runs a study, or goes on with it, and writes its page.")
    .argument("<name>", "which")
    .option("--seeds <number>", "runs of each arm", wholeNumber(1, 9999))
    .option(
      "--first-seed <number>",
      "the first of the seeds: to judge on others than one has tuned on",
      wholeNumber(0, 999_999_999),
    )
    .option("--minutes <number>", "begin no run that would end later than this", parsePositive)
    .option("--epochs <number>", "length of the runs; in a folder of their own", parsePositive)
    .option(
      "--images <number>",
      "to learn from, at most; in a folder of their own",
      wholeNumber(1, 999_999_999),
    )
    .option(
      "--arm <name>",
      "only the first arm and this one; may be repeated",
      (name, names) => [...names, name],
      [] as string[],
    )
    .option("--data <folder>", "data set, in the place of the study's own; in a folder of its own")
    .option("--device <name>", "what runs the maths: auto, native, wasm, webgpu, tensorflow, cpu", "auto")
    .option("--runs <folder>", "where runs are kept", "runs/studies")
    .option("--out <folder>", "where the page goes", "docs/studies")
    .addHelpText(
      "after",
      `\nWhat has other arms, other first seeds or a folder of its own has a page of its own.\n\nStudies:\n${list}`,
    )
    .configureOutput({
      writeOut: write,
      writeErr: writeError,
      getOutHasColors: () => false, // asking needs --allow-env
      getErrHasColors: () => false,
    })
    .exitOverride();
}

async function run(
  name: string,
  flags: Flags,
  say: (line: string) => void,
): Promise<void> {
  const found = studyNamed(name);
  const [first, ...others] = found.arms;
  const unknown = flags.arm.find((arm) => !found.arms.some(({ name }) => name === arm));
  if (unknown !== undefined) {
    const names = found.arms.map(({ name }) => name).join(", ");
    throw new ConfigError(`${name} has no arm ${unknown}: it has ${names}`);
  }
  const { epochs, images: numImages, data, firstSeed, arm: arms } = flags;
  const folderName = [
    name,
    ...epochs === undefined ? [] : [`${epochs}-epochs`],
    ...numImages === undefined ? [] : [`${numImages}-images`],
    ...data === undefined ? [] : [data.replace(/\/+$/, "").split("/").at(-1)!],
  ].join("-");
  const study = {
    ...found,
    name: [
      folderName,
      ...firstSeed === undefined ? [] : [`from-seed-${firstSeed}`],
      ...arms.length === 0 ? [] : ["with", ...arms],
    ].join("-"), // by which its page is known
    arms: [
      first,
      ...others.filter(({ name }) => arms.length === 0 || arms.includes(name)),
    ] as const,
    ...epochs !== undefined && { length: { epochs } },
  };
  const device = await useDevice(flags.device);
  say(`Device  ${device.name}: ${device.detail}`);
  const images = await studyImages(
    data ?? study.data ?? ".lacuna/data/fashion-mnist",
    28,
    numImages ?? study.numImages,
  );
  const seeds = seedsOf({
    numSeeds: flags.seeds ?? study.numSeeds,
    firstSeed: firstSeed ?? study.firstSeed ?? 0,
  });
  say(
    `Study   ${study.title}: ${study.arms.length} arms, seeds ${
      seeds.join(", ")
    }, ${images.train.size} images`,
  );
  using interrupt = new Interrupt();
  const result = await runStudy(study, images, {
    folder: `${flags.runs}/${folderName}`,
    device: { name: device.name, detail: device.detail },
    seeds,
    ...flags.minutes !== undefined && { minutes: flags.minutes },
    signal: interrupt.signal,
    onMessage: say,
  });
  if (result.runs.length === 0) return say(`No time for a run: all ${result.numMissing} are missing`);
  const path = `${flags.out}/${study.name}`;
  Deno.mkdirSync(flags.out, { recursive: true });
  const { page, curves, runs } = studyPage(study, result, {
    command: commandOf(name, flags),
    before: readIfThere(`${path}.md`),
  });
  writeAtomically(`${path}.md`, page);
  writeAtomically(`${path}.svg`, curves);
  writeAtomically(`${path}.jsonl`, runs);
  say(
    result.numMissing > 0
      ? `Time is up: ${result.numMissing} runs are missing, the same command goes on. So far: ${path}.md`
      : `Done    ${path}.md`,
  );
}

function readIfThere(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** What makes a page again: the flags that decide its numbers. */
function commandOf(name: string, { seeds, firstSeed, epochs, images, arm, data }: Flags): string {
  const values = { seeds, "first-seed": firstSeed, epochs, images, data };
  return [
    `deno task study ${name}`,
    ...Object.entries(values).flatMap(([flag, value]) => value === undefined ? [] : [`--${flag} ${value}`]),
    ...arm.map((name) => `--arm ${name}`),
  ].join(" ");
}

function parsePositive(text: string): number {
  if (Number(text) > 0) return Number(text);
  throw new InvalidArgumentError("Write a number above 0");
}

if (import.meta.main) Deno.exit(await main(Deno.args));
