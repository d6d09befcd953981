/**
 * Data of any kind into shards.
 * @module
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import { checkShardFiles } from "../shards/check_shard_files.ts";
import { openDataset } from "../shards/open_dataset.ts";
import {
  type SourceFlags,
  type SourceKind,
  sourceKinds,
  type SourceOption,
  type SourcePaths,
} from "../sources/source_kinds.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { sayer } from "./_commands.ts";
import { numbered, splitSizes, totalRows } from "./_describe.ts";
import { DATA_FOLDER, hasManifest, setFolder } from "./_open_set.ts";
import { addWriteOptions, type WriteFlags, writeOptions } from "./_write_options.ts";
import { importDataset } from "./import_dataset.ts";
import { UsageError } from "./usage_error.ts";

type Flags = Partial<WriteFlags> & SourceFlags & { readonly ifMissing?: boolean };

/** Adds `data import`, with a command of its own for each kind of source. */
export function addImportCommand(program: Command, terminal: Terminal): void {
  const command = program.command("import")
    .usage("<source> [path…] --out <name>")
    .description("Brings data of any kind into a set")
    .commandsGroup("Sources:")
    .helpCommand(false)
    .addHelpText("after", "\nInterrupted at whatever moment, the same command goes on where it stopped");
  for (const [name, kind] of Object.entries(sourceKinds)) addSource(command, name, kind, terminal);
}

function addSource(parent: Command, kindName: string, kind: SourceKind, terminal: Terminal): void {
  const path = { nothing: "", path: " <path>", paths: " <paths...>" }[kind.takes];
  const command = parent.command(kindName + path).description(`Reads ${kind.reads}`).summary(kind.reads);
  if (kind.takes === "paths") {
    command.addHelpText(
      "after",
      "\nPaths for one split each are written as train=a test=b; {000..010} stands for each number",
    );
  }
  for (const option of kind.options) command.addOption(optionOf(option));
  command.option(
    "--name <name>",
    `of the set (default: ${kind.takes === "nothing" ? "its own" : "its folder's"})`,
  );
  if (kind.takes !== "nothing") {
    command.option("--licence <terms>", "of what is in it (default: unknown)");
  }
  addWriteOptions(command, kind.takes === "nothing" ? kindName : "the path's own name");
  command.option("--if-missing", "does nothing if the set is there already");
  command.action(async (...args: readonly unknown[]) => {
    const paths = kind.takes === "nothing" ? [] : [args[0]].flat() as string[];
    await importFrom(kindName, kind, paths, command.opts<Flags>(), terminal);
  });
}

function optionOf({ flags, help, choices, parse }: SourceOption): Option {
  const option = new Option(flags, help);
  if (choices) option.choices(choices);
  return parse === undefined ? option : option.argParser((text, before) => {
    try {
      return parse(text, before);
    } catch (error) {
      throw error instanceof RangeError ? new InvalidArgumentError(error.message) : error;
    }
  });
}

async function importFrom(
  kindName: string,
  kind: SourceKind,
  args: readonly string[],
  flags: Flags,
  terminal: Terminal,
): Promise<void> {
  const { out, compression: _, shardBytes: __, blockRows: ___, replace, ifMissing, ...sourceFlags } = flags;
  const paths = pathsOf(args);
  const folder = setFolder(out ?? (kind.takes === "nothing" ? kindName : baseName(args[0]!)));
  if (ifMissing && !replace && await isThere(folder, terminal)) return;
  const write = await writeOptions(flags, folder);
  const isNamed = flags.name !== undefined || out !== undefined || kind.takes !== "nothing";
  const name = flags.name ?? folder.split("/").at(-1)!;
  const source = await kind.make(paths, { ...sourceFlags, name });
  await importDataset(isNamed ? { ...source, name } : source, folder, write, terminal);
}

/** Whether a set stands in the folder; says which. */
async function isThere(folder: string, terminal: Terminal): Promise<boolean> {
  if (!await hasManifest(folder)) return false;
  const { manifest } = await openDataset(folder);
  await checkShardFiles(folder, manifest);
  const rows = `${numbered(totalRows(manifest), "row")} (${splitSizes(manifest)})`;
  sayer(terminal)(`${manifest.name}: ${rows} in ${folder} already, nothing to do`);
  return true;
}

/** Paths as they stand, or by split where each is written as split=path. */
function pathsOf(args: readonly string[]): SourcePaths {
  const parts = args.map((arg) => /^([\w-]+)=(.+)$/s.exec(arg));
  if (!parts.some((part) => part)) return args;
  const unnamed = args.find((_, i) => parts[i] === null);
  if (unnamed !== undefined) {
    throw new UsageError(`Some paths are for a split and ${unnamed} is not: write train=${unnamed}, say`);
  }
  const bySplit: Record<string, string[]> = {};
  for (const part of parts) (bySplit[part![1]!] ??= []).push(part![2]!);
  return bySplit;
}

function baseName(path: string): string {
  const last = path.replace(/^[\w-]+=/, "").replace(/\/+$/, "").split("/").at(-1)!;
  const name = last.replace(/(\.(tar|gz|tgz|zst|parquet|jsonl|ndjson|json|csv|tsv|txt))+$/, "");
  if (/^[\w.-]+$/.test(name) && !/^\.+$/.test(name)) return name;
  throw new UsageError(`${path} gives no name for a set in ${DATA_FOLDER}: choose one with --out`);
}
