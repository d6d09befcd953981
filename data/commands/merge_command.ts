/**
 * Several sets as one.
 * @module
 */
import type { Command } from "commander";
import { mergeSource } from "../sources/merge_source.ts";
import type { Dataset } from "../shards/open_dataset.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { openSet, setFolder } from "./_open_set.ts";
import { addWriteOptions, requireOther, type WriteFlags, writeOptions } from "./_write_options.ts";
import { importDataset } from "./import_dataset.ts";
import { UsageError } from "./usage_error.ts";

type Flags = WriteFlags & { readonly name?: string; readonly uniteClasses?: boolean };

/** Adds `data merge`. */
export function addMergeCommand(program: Command, terminal: Terminal): void {
  const command = program.command("merge <sets...>")
    .description("Writes several sets with the same columns as one; splits of the same name become one")
    .option("--unite-classes", "sets may have other classes: the new one has those of all")
    .option("--name <name>", "of the new set (default: its folder's)");
  addWriteOptions(command).action((sets: readonly string[], flags: Flags) => merge(sets, flags, terminal));
}

async function merge(sets: readonly string[], flags: Flags, terminal: Terminal): Promise<void> {
  if (sets.length < 2) throw new UsageError(`There is nothing to merge ${sets[0]} with: name another set`);
  const datasets: Dataset[] = [];
  try {
    for (const set of sets) datasets.push(await openSet(set));
    const folder = setFolder(flags.out);
    if (flags.replace) await requireOther(folder, sets);
    const name = flags.name ?? folder.split("/").at(-1)!;
    const source = mergeSource(datasets, { name, uniteClasses: flags.uniteClasses ?? false });
    await importDataset(source, folder, await writeOptions(flags, folder), terminal);
  } finally {
    for (const dataset of datasets) dataset.close();
  }
}
