/**
 * The command behind `deno task fuzz`: damages files of every format, and tells how they were met.
 *
 * Exit codes: 0 no fault, 1 faults, 2 unknown option or format.
 * @module
 */
import { formatSeconds, ProgressLine, standardTerminal, wholeNumber } from "@lacuna/data/terminal";
import { nearestName } from "@lacuna/tensor/nearest-name";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { type Case, isFault, type Outcome, outcomes } from "./_outcome.ts";
import { targets } from "./_targets.ts";
import { runFuzz } from "./_run_fuzz.ts";

type Flags = {
  readonly rounds: number;
  readonly seed: number;
  readonly format?: string[];
  readonly round?: number;
};

const names = targets.map(({ name }) => name);
const terminal = standardTerminal();
const upTo32Bits = wholeNumber(0, 2 ** 32 - 1);
const say = (text: string) => terminal.write(`${text}\n`);

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("fuzz")
    .description("Damages files of every format, and tells how those who read them met it")
    .option("--rounds <number>", "damaged files of each format", upTo32Bits, 300)
    .option("--seed <number>", "of the damage (default: another each time)", upTo32Bits)
    .option("--format <names...>", `only these: ${names.join(", ")}`, parseFormat)
    .option("--round <number>", "only this round: repeats what a report names", upTo32Bits)
    .exitOverride()
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false });
  try {
    const { rounds, seed = Date.now() % 1e6, format = names, round } = command.parse(args, { from: "user" })
      .opts<Flags>();
    const [first, end] = round === undefined ? [0, rounds] : [round, round + 1];
    return await fuzz(format, seed, first, end);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

async function fuzz(formats: readonly string[], seed: number, first: number, end: number): Promise<number> {
  const start = performance.now(), total = formats.length * (end - first);
  const faults: Case[] = [];
  const counts = new Map<string, Map<Outcome, number>>();
  using progress = new ProgressLine(terminal);
  let done = 0;
  for (const format of formats) {
    const count = new Map<Outcome, number>();
    counts.set(format, count);
    const onCase = (met: Case) => {
      count.set(met.outcome, (count.get(met.outcome) ?? 0) + 1);
      if (isFault(met.outcome)) faults.push(met);
      progress.show(
        ++done / total,
        () => `${done}/${total} damaged files, ${faults.length} faults; ${format}`,
      );
      if (first + 1 === end) {
        progress.end();
        say(`${format}, round ${met.round}: ${met.outcome}: ${met.detail}`);
      }
    };
    await runFuzz({ format, seed, first, end, onCase });
  }
  progress.end();
  say(table(counts));
  for (const { format, round, outcome, detail } of faults) {
    say(`\n${outcome}: ${format}, round ${round}: ${detail}`);
    say(`again: deno task fuzz --seed ${seed} --format ${format} --round ${round}`);
  }
  const seconds = (performance.now() - start) / 1000;
  say(`\n${total} damaged files in ${formatSeconds(seconds)}, seed ${seed}: ${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
}

/** A row a format, a column for each outcome that came up. */
function table(counts: ReadonlyMap<string, ReadonlyMap<Outcome, number>>): string {
  const used = outcomes.filter((outcome) =>
    !isFault(outcome) || [...counts.values()].some((count) => count.has(outcome))
  );
  const width = Math.max(...names.map((name) => name.length)) + 2;
  const line = (name: string, cells: readonly string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(10)).join("");
  return [
    line("format", used),
    ...[...counts].map(([format, count]) =>
      line(format, used.map((outcome) => `${count.get(outcome) ?? 0}`))
    ),
  ].join("\n");
}

function parseFormat(name: string, before: string[] = []): string[] {
  if (names.includes(name)) return [...before, name];
  const near = nearestName(name, names);
  throw new InvalidArgumentError(near ? `Did you mean ${near}?` : `There are ${names.join(", ")}`);
}

if (import.meta.main) Deno.exitCode = await main(Deno.args);
