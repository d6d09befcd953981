/**
 * The command behind `deno task data:demo`: a data set, by name, into a folder of Arrow files.
 *
 * Exit codes: 0 done, or there already; 2 unknown option or data set; 3 the source fails; 7 the folder cannot be
 * read or written.
 * @module
 */
import { Command, CommanderError, Option } from "commander";
import { importFashionMnist } from "./import_fashion_mnist.ts";
import { type Manifest, readManifest } from "./read_manifest.ts";
import { readShards } from "./read_shards.ts";
import { ShardError } from "./shard_error.ts";
import { SourceError } from "./source_error.ts";
import { StorageError } from "./storage_error.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  const command = new Command("data")
    .description("Writes a data set as Arrow files, unless it is there already")
    .addOption(
      new Option("--dataset <name>", "which one").choices(["fashion-mnist"]).default("fashion-mnist"),
    )
    .option("--to <folder>", "where to (default: .lacuna/data/<name>)")
    .exitOverride()
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false }) // asking needs --allow-env
    .action(async ({ dataset, to = `.lacuna/data/${dataset}` }: { dataset: string; to?: string }) => {
      await importUnlessThere(dataset, to);
    });
  try {
    await command.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // it has printed its own message
    if (error instanceof SourceError) return fail(error, 3);
    if (error instanceof StorageError) return fail(error, 7);
    if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
      return fail(error, 7);
    }
    throw error;
  }
}

function fail(error: Error, exitCode: number): number {
  console.error(error.message);
  return exitCode;
}

async function importUnlessThere(dataset: string, folder: string): Promise<void> {
  const there = await manifestIfWhole(folder);
  if (there !== undefined) {
    console.log(`${dataset}: ${describe(there)} in ${folder} already, nothing to do`);
    return;
  }
  const start = performance.now();
  await importFashionMnist(folder, ({ phase, numImages }) => {
    console.log(
      `${dataset}: ${numImages.toLocaleString("en")} images ${phase === "read" ? "read" : "written"}`,
    );
  });
  const manifest = await readManifest(folder);
  const { malformed, duplicates } = manifest.dropped;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(
    `${dataset}: ${describe(manifest)} in ${folder} after ${seconds} s; ` +
      `left out ${malformed} malformed and ${duplicates} repeated rows`,
  );
}

/** The manifest of a data set that is all there; otherwise says what is wrong with what is there. */
async function manifestIfWhole(folder: string): Promise<Manifest | undefined> {
  try {
    for (const split of ["train", "test"] as const) await readShards(folder, split); // every byte, 0.2 s
    return await readManifest(folder);
  } catch (error) {
    if (!(error instanceof ShardError)) throw error;
    const isNew = error.check === "exists" && error.file.endsWith("/manifest.json");
    if (!isNew) console.log(`${error.file} fails the check "${error.check}": writing the data set again`);
    return undefined;
  }
}

function describe({ splits }: Manifest): string {
  const [train, test] = [splits.train, splits.test].map(({ rows }) => rows.toLocaleString("en"));
  return `${train} training and ${test} test images`;
}
