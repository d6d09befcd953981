/**
 * A set with its rows in random order.
 * @module
 */
import type { Command } from "commander";
import { shuffledSource } from "../loader/shuffled_source.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { byteCount } from "../terminal/byte_count.ts";
import { wholeNumber } from "../terminal/whole_number.ts";
import { withSet } from "./_commands.ts";
import { setFolder } from "./_open_set.ts";
import { addWriteOptions, requireOther, type WriteFlags, writeOptions } from "./_write_options.ts";
import { importDataset } from "./import_dataset.ts";

type Flags = WriteFlags & { readonly seed: number; readonly memory: number; readonly name?: string };

/** Adds `data shuffle`. */
export function addShuffleCommand(program: Command, terminal: Terminal): void {
  const command = program.command("shuffle <set>")
    .description("Writes the rows of a set in random order, so that batches of neighbours are a fair sample")
    .option("--seed <number>", "of the order", wholeNumber(0), 0)
    .option(
      "--memory <bytes>",
      "for rows that are mixed with each other (default: 1Gi)",
      byteCount(1),
      2 ** 30,
    )
    .option("--name <name>", "of the new set (default: its folder's)");
  addWriteOptions(command).action((set: string, flags: Flags) => shuffle(set, flags, terminal));
}

async function shuffle(set: string, flags: Flags, terminal: Terminal): Promise<void> {
  await withSet(set, async (dataset) => {
    const folder = setFolder(flags.out);
    if (flags.replace) await requireOther(folder, [set]);
    const name = flags.name ?? folder.split("/").at(-1)!;
    const source = shuffledSource(dataset, { seed: flags.seed, memoryBytes: flags.memory });
    await importDataset({ ...source, name }, folder, await writeOptions(flags, folder), terminal);
  });
}
