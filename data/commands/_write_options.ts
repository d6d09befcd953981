import { type Command, Option } from "commander";
import type { WriteOptions } from "../shards/write_shards.ts";
import { byteCount } from "../terminal/byte_count.ts";
import { wholeNumber } from "../terminal/whole_number.ts";
import { DATA_FOLDER, hasManifest, requireSet } from "./_open_set.ts";
import { UsageError } from "./usage_error.ts";

/** What every command that writes a set takes. */
export type WriteFlags = {
  readonly out: string;
  readonly compression?: "none" | "zstd";
  readonly shardBytes?: number;
  readonly blockRows?: number;
  readonly replace?: boolean;
};

/** Adds the options of {@linkcode WriteFlags}; `out` is required unless there is a default for it. */
export function addWriteOptions(command: Command, defaultOut?: string): Command {
  const out = `folder of the new set, or its name in ${DATA_FOLDER}`;
  if (defaultOut === undefined) command.requiredOption("--out <folder>", out);
  else command.option("--out <folder>", `${out} (default: ${defaultOut})`);
  return command
    .addOption(new Option("--compression <kind>", "of the columns (default: none)").choices(["none", "zstd"]))
    .option("--shard-bytes <bytes>", "about how long a shard is (default: 64Mi)", byteCount(1))
    .option(
      "--block-rows <number>",
      "rows that are read together (default: 1 to 2 MiB of them)",
      wholeNumber(1),
    )
    .option("--replace", "what stands in the folder, or a part of an import, is lost");
}

/**
 * Refuses to write a set over one that it is made of.
 * @throws {UsageError} If the new folder is one of theirs.
 */
export async function requireOther(folder: string, sets: readonly string[]): Promise<void> {
  const there = await Deno.realPath(folder).catch(() => undefined);
  for (const set of sets) {
    if (there !== undefined && there === await Deno.realPath(await requireSet(set))) {
      throw new UsageError(`${folder} is where a set is read from: write the new one to another folder`);
    }
  }
}

/**
 * The flags as `writeShards()` takes them.
 * @throws {UsageError} If a set stands in the folder and is not to be lost.
 */
export async function writeOptions(
  { compression, shardBytes, blockRows, replace }: Omit<WriteFlags, "out">,
  folder: string,
): Promise<WriteOptions> {
  if (!replace && await hasManifest(folder)) {
    throw new UsageError(
      `There is a data set in ${folder} already: choose another folder, or lose it with --replace`,
    );
  }
  return {
    ...(compression === undefined ? {} : { compression }),
    ...(shardBytes === undefined ? {} : { shardBytes }),
    ...(blockRows === undefined ? {} : { rowsPerBlock: blockRows }),
    ...(replace ? { replace } : {}),
  };
}
