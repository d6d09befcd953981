/**
 * The first rows of a set.
 * @module
 */
import type { Command } from "commander";
import { rowsFrom } from "../sources/dataset_source.ts";
import type { Row } from "../shards/rows.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { wholeNumber } from "../terminal/whole_number.ts";
import { sayer, splitOf, withSet } from "./_commands.ts";
import { formatHead, rowAsJson } from "./_head.ts";
import { UsageError } from "./usage_error.ts";

type Flags = {
  readonly split?: string;
  readonly rows: number;
  readonly from: number;
  readonly json?: boolean;
};

/** Adds `data head`. */
export function addHeadCommand(program: Command, terminal: Terminal): void {
  program.command("head <set>")
    .description("Shows the first rows of a split")
    .option("--split <name>", "which (default: the first)")
    .option("-n, --rows <number>", "how many", wholeNumber(1), 10)
    .option("--from <row>", "the first one, counted from 0", wholeNumber(0), 0)
    .option("--json", "a line of JSON for each, with all that it holds; bytes in base 64")
    .action((set: string, flags: Flags) => head(set, flags, terminal));
}

async function head(set: string, flags: Flags, terminal: Terminal): Promise<void> {
  const say = sayer(terminal);
  await withSet(set, async (dataset) => {
    const split = splitOf(dataset, flags.split);
    if (flags.from >= split.numRows) {
      throw new UsageError(
        `There is no row ${flags.from} in ${split.name}: it has ${split.numRows}, counted from 0`,
      );
    }
    const rows: Row[] = [];
    for await (const { row, index } of rowsFrom(split, flags.from)) {
      if (flags.json) say(rowAsJson(row, index, split.columns));
      else rows.push(row);
      if (index + 1 >= flags.from + flags.rows) break;
    }
    if (!flags.json) say(formatHead(rows, flags.from, split.columns));
  });
}
