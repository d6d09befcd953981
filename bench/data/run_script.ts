const permissions = ["--allow-read", "--allow-write=.lacuna/bench", "--allow-ffi"]; // workers read code; libjpeg-turbo's place varies

/** How Deno is told to run a script of this folder as a user's program would be run. */
export function scriptArgs(script: string, args: readonly string[]): string[] {
  return ["run", "--quiet", "--no-prompt", ...permissions, `${import.meta.dirname}/${script}`, ...args];
}

/**
 * Runs a script of this folder to its end; what it says goes where ours does.
 * @throws {Error} If it fails.
 */
export async function runScript(script: string, args: readonly string[]): Promise<void> {
  const options = { args: scriptArgs(script, args), stdout: "inherit", stderr: "inherit" } as const;
  const { code } = await new Deno.Command("deno", options).output();
  if (code !== 0) throw new Error(`${script} ended with code ${code}: see its message above`);
}
