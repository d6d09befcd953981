/**
 * The first Python that has modules, if there is one.
 * @param modules All of them are needed.
 * @param candidates Paths, and names of variables that hold one, which are passed over where they may not be asked for.
 */
export async function firstPython(
  modules: readonly string[],
  candidates: readonly string[] = ["LACUNA_PYTHON", "/usr/bin/python3", "python3"],
): Promise<string | undefined> {
  const check = `import importlib.util as u, sys; sys.exit(any(not u.find_spec(m) for m in sys.argv[1:]))`;
  for (const candidate of candidates) {
    const isVariable = /^[A-Z_]+$/.test(candidate);
    const { state } = isVariable
      ? await Deno.permissions.query({ name: "env", variable: candidate })
      : { state: "granted" };
    if (state !== "granted") continue;
    const program = isVariable ? Deno.env.get(candidate) : candidate;
    if (program !== undefined && await succeeds([program, "-c", check, ...modules])) return program;
  }
  return undefined;
}

/** Whether a program is there and ends well. */
export async function succeeds([program, ...args]: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command(program!, { args: [...args], stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}
