import { parseArgs, type ParseArgsConfig } from "node:util";

/** The options of a task; one that it does not have is told, and ends the program. */
export function parseOptions<const Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: string[],
  options: Options,
): ReturnType<typeof parseArgs<{ args: string[]; options: Options }>>["values"] {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`).join(", ");
    console.error(`${(error as Error).message}: the options are ${known}`);
    Deno.exit(2);
  }
}
