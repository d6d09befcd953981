/**
 * A set with its rows dealt out to other splits.
 * @module
 */
import type { Command } from "commander";
import { resplitSource } from "../sources/resplit_source.ts";
import type { Dataset } from "../shards/open_dataset.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { wholeNumber } from "../terminal/whole_number.ts";
import { splitOf, withSet } from "./_commands.ts";
import { setFolder } from "./_open_set.ts";
import { labelColumn } from "./_samples.ts";
import { addWriteOptions, requireOther, type WriteFlags, writeOptions } from "./_write_options.ts";
import { importDataset } from "./import_dataset.ts";
import { UsageError } from "./usage_error.ts";

type Flags = WriteFlags & {
  readonly parts: readonly string[];
  readonly from?: string;
  readonly stratify?: string | true;
  readonly exact?: boolean;
  readonly seed: number;
  readonly name?: string;
};

/** Adds `data split`. */
export function addSplitCommand(program: Command, terminal: Terminal): void {
  const command = program.command("split <set>")
    .description(
      "Deals the rows of a split out to new ones, into another set; other splits are taken as they are",
    )
    .requiredOption("--parts <name=size...>", "new splits: shares (train=80% val=20%) or rows (train=5000)")
    .option("--from <split>", "which is dealt out (default: train, or the only one)")
    .option("--stratify [column]", "every class alike, to within a row; shares are exact then")
    .option(
      "--exact",
      "shares are exact, drawn at random, where otherwise the hash of a row's content decides",
    )
    .option("--seed <number>", "of the draw", wholeNumber(0), 0)
    .option("--name <name>", "of the new set (default: its folder's)");
  addWriteOptions(command).action((set: string, flags: Flags) => split(set, flags, terminal));
}

async function split(set: string, flags: Flags, terminal: Terminal): Promise<void> {
  await withSet(set, async (dataset) => {
    const { parts, isCount } = parseParts(flags.parts);
    const stratify = flags.stratify === true ? labelColumnOf(dataset) : flags.stratify;
    const isExact = flags.exact || stratify !== undefined;
    const folder = setFolder(flags.out);
    if (flags.replace) await requireOther(folder, [set]);
    const source = resplitSource(dataset, {
      from: splitOf(dataset, flags.from ?? defaultSplit(dataset)).name,
      parts,
      by: isCount ? "count" : isExact ? "exactShare" : "share",
      ...(stratify === undefined ? {} : { stratify }),
      seed: flags.seed,
    });
    const name = flags.name ?? folder.split("/").at(-1)!;
    await importDataset({ ...source, name }, folder, await writeOptions(flags, folder), terminal);
  });
}

function defaultSplit({ manifest }: Dataset): string {
  const names = Object.keys(manifest.splits);
  if (names.length === 1 || names.includes("train")) return names.length === 1 ? names[0]! : "train";
  throw new UsageError(`${manifest.name} has the splits ${names.join(", ")}: choose one with --from`);
}

function labelColumnOf(dataset: Dataset): string {
  const column = labelColumn(splitOf(dataset, undefined));
  if (column === undefined) throw new UsageError(`${dataset.manifest.name} has no labels to stratify by`);
  return column.name;
}

/** `train=0.8`, `train=80%` or `train=5000`; all of one kind. */
function parseParts(texts: readonly string[]): { parts: Record<string, number>; isCount: boolean } {
  const parts: Record<string, number> = {};
  const kinds = new Set<"share" | "count">();
  for (const text of texts.flatMap((text) => text.split(","))) {
    const [, name, digits, percent] = /^([\w-]+)=(\d*\.?\d+)(%?)$/.exec(text) ?? [];
    const size = Number(digits) / (percent ? 100 : 1);
    const kind = percent || digits?.includes(".") ? "share" : "count";
    if (name === undefined || !(size > 0) || (kind === "share" && size > 1)) {
      throw new UsageError(`Cannot read the part "${text}": write such as train=80% or train=5000`);
    }
    if (name in parts) throw new UsageError(`There are two parts called ${name}: give one another name`);
    parts[name] = size;
    kinds.add(kind);
  }
  if (kinds.size > 1) throw new UsageError("Some parts are shares and some are rows: write all in one way");
  const total = Object.values(parts).reduce((sum, size) => sum + size, 0);
  if (kinds.has("share") && total > 1 + 1e-9) {
    throw new UsageError(`The parts are ${Number((100 * total).toFixed(4))} % together: leave it at 100`);
  }
  return { parts, isCount: kinds.has("count") };
}
