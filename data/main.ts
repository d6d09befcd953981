/**
 * The command line of data sets: `deno task data import folder photos --out photos`, `deno task data info photos`, …
 *
 * Exit codes: 0 done; 2 unknown command or option, no such set, or a place outside the command's permissions; 3 the source fails, or a
 * set is damaged; 7 the folder cannot be written; 130 interrupted, and the same command goes on.
 * @module
 */
import { Command, CommanderError } from "commander";
import { exitCode, exitCodes } from "./commands/exit_code.ts";
import { addHeadCommand } from "./commands/head_command.ts";
import { addImportCommand } from "./commands/import_command.ts";
import { addInfoCommand } from "./commands/info_command.ts";
import { addMergeCommand } from "./commands/merge_command.ts";
import { addShuffleCommand } from "./commands/shuffle_command.ts";
import { addSplitCommand } from "./commands/split_command.ts";
import { addStatsCommand } from "./commands/stats_command.ts";
import { addVerifyCommand } from "./commands/verify_command.ts";
import { printable } from "./terminal/printable.ts";
import { standardTerminal, type Terminal } from "./terminal/terminal.ts";

/**
 * Runs a command and tells how it goes.
 * @param args The arguments after the program's name; none asks for help.
 * @param terminal Where it tells.
 * @returns The exit code.
 */
export async function main(
  args: readonly string[],
  terminal: Terminal = standardTerminal(),
): Promise<number> {
  const program = programOf(terminal);
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    const code = exitCode(error);
    if (!(error instanceof CommanderError)) terminal.writeError(`${printable(messageOf(error, code))}\n`); // commander has spoken already
    return code;
  }
}

function programOf(terminal: Terminal): Command {
  const program = new Command("data")
    .description(
      "Brings data of any kind into Arrow shards, and shows, checks, shuffles, splits and merges them",
    )
    .addHelpText("after", "\nA set is named by its folder, or by its name if it is in .lacuna/data")
    .addHelpText(
      "after",
      `\nExit codes: ${Object.entries(exitCodes).map(([name, code]) => `${code} ${name}`).join(", ")}`,
    )
    .configureOutput({
      writeOut: terminal.write,
      writeErr: terminal.writeError,
      getOutHasColors: () => false, // asking needs --allow-env
      getErrHasColors: () => false,
      getOutHelpWidth: () => terminal.columns,
      getErrHelpWidth: () => terminal.columns,
    })
    .showHelpAfterError("(--help tells what there is)")
    .exitOverride();
  addImportCommand(program, terminal);
  addInfoCommand(program, terminal);
  addHeadCommand(program, terminal);
  addVerifyCommand(program, terminal);
  addStatsCommand(program, terminal);
  addShuffleCommand(program, terminal);
  addSplitCommand(program, terminal);
  addMergeCommand(program, terminal);
  return program;
}

function messageOf(error: unknown, code: number): string {
  if (!(error instanceof Error) || code === exitCodes.unexpected) return Deno.inspect(error);
  if (code === exitCodes.interrupted) return "";
  const refused = [error, error.cause].find((each) => each instanceof Deno.errors.NotCapable);
  return refused === undefined
    ? error.message
    : `${
      refused.message.split(",")[0]
    }: the task reads anything and writes only what is below .lacuna/data; choose a file there`;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
