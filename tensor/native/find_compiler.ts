/** A C compiler that is there. */
export type Compiler = {
  readonly command: string;
  /** First line of its version. */
  readonly version: string;
};

/** The first of these commands that answers. */
export async function findCompiler(commands: readonly string[]): Promise<Compiler | undefined> {
  for (const command of commands) {
    try {
      const { success, stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
      if (success) return { command, version: new TextDecoder().decode(stdout).split("\n")[0]! };
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable)) throw error;
    }
  }
  return undefined;
}
