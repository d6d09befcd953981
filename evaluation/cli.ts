/**
 * The command behind `deno task evaluate`: one run's table, `evaluation.json` and `report.html`, of few labels under names of their own.
 *
 * Exit codes: those of `@lacuna/pipelines`; 0 done, 2 unknown option, or a folder outside the command's permissions,
 * 3 the data set is missing or damaged, 4 the device cannot be used, 5 the loss of a fine-tuning is no number, 7 there is no
 * checkpoint or the run folder cannot be written.
 * @module
 */
import { byteCount, wholeNumber } from "@lacuna/data/terminal";
import { ConfigError } from "@lacuna/pipelines/errors";
import { exitCode, exitCodes } from "@lacuna/pipelines/exit-code";
import { deviceNames } from "@lacuna/tensor";
import { Command, CommanderError } from "commander";
import { evaluateRun } from "./evaluate_run.ts";
import { formatTable } from "./format_table.ts";
import { measurementNames, parseProtocols } from "./protocols.ts";

type Flags = {
  readonly run: string;
  readonly data: string;
  readonly cacheBytes: number;
  readonly device: string;
  readonly protocol: string;
  readonly labels?: number;
  readonly redo?: boolean;
};

/**
 * Runs the command and tells the console how it goes.
 * @param args The arguments after the program's name.
 * @returns The exit code.
 */
export async function main(args: readonly string[]): Promise<number> {
  const command = new Command("evaluate")
    .description("Measures what a run's encoder learned, beside raw pixels and the untrained encoder")
    .requiredOption("--run <folder>", "the run folder")
    .option("--data <folder>", "the data set that it learned from, or its URL", ".lacuna/data/fashion-mnist")
    .option(
      "--cache-bytes <bytes>",
      "of a data set behind a URL, at most so much is kept in .lacuna/cache; 0 keeps nothing",
      byteCount(0),
      10e9,
    )
    .option("--device <name>", `what runs the maths: ${["auto", ...deviceNames].join(", ")}`, "auto")
    .option(
      "--protocol <names>",
      `what is measured, kNN and linear probe in any case: ${measurementNames.join(",")}`,
      "knn,linear",
    )
    .option("--labels <number>", "learn from so many labelled images; from all if left out", wholeNumber(1))
    .option("--redo", "evaluate anew what is evaluated already")
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 2 usage, 3 data, 4 device, 5 a fine-tuning whose loss is no number, 7 no checkpoint, or a folder that cannot be written",
    )
    .exitOverride()
    .configureOutput({ getOutHasColors: () => false, getErrHasColors: () => false }) // asking needs --allow-env
    .action(evaluate);
  try {
    await command.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    const code = exitCode(error);
    if (code === exitCodes.unexpected) throw error;
    if (!(error instanceof CommanderError)) console.error((error as Error).message); // commander has printed its own
    return code;
  }
}

/** A wrong name is the caller's mistake. */
function protocolsAskedFor(list: string): ReturnType<typeof parseProtocols> {
  try {
    return parseProtocols(list);
  } catch (error) {
    throw new ConfigError((error as Error).message, { cause: error });
  }
}

async function evaluate(
  { run, data, cacheBytes, device, protocol, labels, redo = false }: Flags,
): Promise<void> {
  const { record, reportPath, reused } = await evaluateRun(run.replace(/\/+$/, ""), {
    dataFolder: data,
    cacheBytes,
    device,
    also: protocolsAskedFor(protocol),
    ...labels !== undefined && { numLabels: labels },
    redo,
    onMessage: (line) => console.log(line),
  });
  if (reused) {
    console.log(
      `The checkpoint of step ${record.checkpoint.step} is evaluated already, on ${record.device.name}:`,
    );
  }
  console.log(`\n${formatTable(record.table)}\n\nReport: ${reportPath}`);
}

if (import.meta.main) Deno.exit(await main(Deno.args));
