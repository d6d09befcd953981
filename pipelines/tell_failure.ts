import type { Terminal } from "@lacuna/data/terminal";
import { CommanderError } from "commander";
import { exitCode, exitCodes } from "./exit_code.ts";

/**
 * Tells why a command ended, an error of ours by its message and a bug by all that is known of it; what is wrong with the options has been told.
 * @returns The exit code that stands for it, one of {@linkcode exitCodes}.
 */
export function tellFailure(error: unknown, { writeError }: Pick<Terminal, "writeError">): number {
  const code = exitCode(error);
  if (error instanceof CommanderError) return code;
  const known = error instanceof Error && code !== exitCodes.unexpected;
  writeError(`${known ? error.message : Deno.inspect(error)}\n`);
  return code;
}
