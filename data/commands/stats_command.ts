/**
 * Statistics, from the rows themselves.
 * @module
 */
import type { Command } from "commander";
import type { Split } from "../shards/open_dataset.ts";
import { formatSeconds } from "../terminal/format_seconds.ts";
import { ProgressLine } from "../terminal/progress_line.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { type Finding, meterOf } from "./_column_statistics.ts";
import { wholeNumber } from "../terminal/whole_number.ts";
import { sayer, splitOf, withSet } from "./_commands.ts";
import { count, numbered } from "./_describe.ts";
import { formatCells } from "./_table.ts";

type Flags = { readonly split?: string; readonly rows?: number; readonly json?: boolean };
type Measured = { readonly rows: number; readonly columns: Readonly<Record<string, readonly Finding[]>> };

/** Adds `data stats`. */
export function addStatsCommand(program: Command, terminal: Terminal): void {
  program.command("stats <set>")
    .description("Computes statistics from the rows; images that are stored as files are decoded for it")
    .option("--split <name>", "only this one")
    .option(
      "--rows <number>",
      "about so many rows of each split, from all over it (default: all)",
      wholeNumber(1),
    )
    .option("--json", "as JSON, for a script")
    .action((set: string, flags: Flags) => stats(set, flags, terminal));
}

async function stats(set: string, flags: Flags, terminal: Terminal): Promise<void> {
  const say = sayer(terminal);
  await withSet(set, async (dataset) => {
    const names = flags.split === undefined ? Object.keys(dataset.manifest.splits) : [flags.split];
    const all: Record<string, Measured> = {};
    for (const name of names) {
      const split = splitOf(dataset, name);
      const measured = all[name] = await measure(split, flags.rows ?? split.numRows, terminal);
      if (!flags.json) say(format(split, measured));
    }
    if (flags.json) say(JSON.stringify(factsOf(all), null, 2));
  });
}

/** Of evenly spread blocks that have so many rows. */
async function measure(split: Split, maxRows: number, terminal: Terminal): Promise<Measured> {
  const meters = split.columns.map((column) => ({ name: column.name, meter: meterOf(column) }));
  const numBlocks = Math.min(split.numBlocks, Math.ceil(maxRows / split.rowsPerBlock));
  const start = performance.now();
  using progress = new ProgressLine(
    terminal.isTerminal ? terminal : { ...terminal, write: terminal.writeError },
  );
  let done = 0;
  for (let i = 0; i < numBlocks; i++) {
    const { numRows, columns } = await split.readBlock(Math.floor((i + 0.5) * split.numBlocks / numBlocks));
    for (const { name, meter } of meters) meter.update(columns[name]!);
    done += numRows;
    const left = (performance.now() - start) / 1000 * (numBlocks - i - 1) / (i + 1);
    if (left > 0) {
      progress.show(
        (i + 1) / numBlocks,
        () => `${split.name}  ${count(done)} rows  ${formatSeconds(left)} left`,
      );
    }
  }
  return { rows: done, columns: Object.fromEntries(meters.map(({ name, meter }) => [name, meter.result()])) };
}

function format(split: Split, { rows, columns }: Measured): string {
  const of = rows === split.numRows ? "" : ` of ${count(split.numRows)}`;
  const lines = Object.entries(columns).flatMap(([name, findings]) =>
    findings.map(({ text }, i) => [i === 0 ? `  ${name}` : "", text])
  );
  return [`${split.name}: ${numbered(rows, "row")}${of}`, ...formatCells(lines, "<<")].join("\n");
}

function factsOf(all: Readonly<Record<string, Measured>>): object {
  return Object.fromEntries(
    Object.entries(all).map(([name, { rows, columns }]) => [name, {
      rows,
      columns: Object.fromEntries(
        Object.entries(columns).map((
          [column, findings],
        ) => [column, Object.assign({}, ...findings.map(({ facts }) => facts))]),
      ),
    }]),
  );
}
