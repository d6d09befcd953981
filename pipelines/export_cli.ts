/**
 * The command line that gives a run to others: `deno task export --run runs/mae-demo --format huggingface`.
 * @module
 */
import { standardTerminal, type Terminal } from "@lacuna/data/terminal";
import { useDevice } from "@lacuna/tensor";
import { Command, Option } from "commander";
import { exitCodes } from "./exit_code.ts";
import { type ExportFormat, exportFormats, exportRun } from "./export_run.ts";
import { tellFailure } from "./tell_failure.ts";

type Flags = { readonly run: string; readonly format: ExportFormat; readonly out?: string };

/**
 * Runs the command and tells what was written.
 * @param args The arguments after the program's name.
 * @param terminal Where it tells.
 * @returns The exit code, one of {@linkcode exitCodes}.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = standardTerminal(),
): Promise<number> {
  try {
    const { run, format, out = `${run}/${format}` } = command(terminal).parse(args, { from: "user" }).opts<
      Flags
    >();
    await useDevice("cpu"); // there is nothing to compute
    const { step, checkpoint, damaged, leftOut, untrained } = await exportRun(run, format, out);
    for (const { reason } of damaged) terminal.write(`${reason}; going back to ${checkpoint}\n`);
    const without = leftOut.length === 0 ? "" : `, without ${partsOf(leftOut).join(", ")}`;
    const asBegun = untrained.length === 0
      ? ""
      : `; not trained, with its first values: ${untrained.join(", ")}`;
    terminal.write(`Step ${step} of ${run} is in ${out}${without}${asBegun}\n`);
    return exitCodes.ok;
  } catch (error) {
    return tellFailure(error, terminal);
  }
}

/** What names begin with, each once: `head` of `head.weight` and `head.bias`. */
function partsOf(names: readonly string[]): string[] {
  return [...new Set(names.map((name) => name.split(".", 1)[0]!))];
}

function command({ write, writeError }: Terminal): Command {
  return new Command("export")
    .description("Writes a run's newest weights for PyTorch: MAE whole, of other methods the encoder.")
    .requiredOption("--run <folder>", "the run folder")
    .addOption(
      new Option(
        "--format <name>",
        "Hugging Face's files, or one file with the names and layout of MAE's and BEiT's code",
      ).choices(exportFormats).default("huggingface"),
    )
    .option(
      "--out <folder>",
      "where to, below runs/ for the task's permissions (default: <run>/huggingface, <run>/official)",
    )
    .addHelpText(
      "after",
      "\nExit codes: 0 done, 2 usage, 7 no checkpoint, or a folder that cannot be written",
    )
    .configureOutput({
      writeOut: write,
      writeErr: writeError,
      getOutHasColors: () => false, // asking needs --allow-env
      getErrHasColors: () => false,
    })
    .exitOverride();
}

if (import.meta.main) Deno.exit(await main(Deno.args));
