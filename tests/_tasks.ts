import config from "../deno.json" with { type: "json" };

/** What a task runs: the variables it sets, Deno's permission flags, and the script they are for. */
export type DenoRun = {
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
  readonly script: string;
};

type Task = string | { readonly command?: string };

/** The command of every task of the workspace, by name; "" for one that only has dependencies. */
export const taskCommands: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(config.tasks as Readonly<Record<string, Task>>).map((
    [name, task],
  ) => [name, typeof task === "string" ? task : task.command ?? ""]),
);

/** The tasks that run a script of a member or a study, which are those that a user's data pass through. */
export const jobs: readonly string[] = Object.keys(taskCommands).filter((name) =>
  /^([A-Z_]+=\S+ )*deno run [^&|;]*\b(tensor|data|pipelines|evaluation|studies)\/\S+\.ts$/.test(
    taskCommands[name]!,
  )
);

/**
 * The flags and the script of a task whose command is a single `deno run`.
 * @throws {RangeError} If it is something else.
 */
export function denoRun(task: string): DenoRun {
  const all = (taskCommands[task] ?? "").split(" ");
  const numVariables = all.findIndex((word) => !/^[A-Z_]+=/.test(word));
  const env = Object.fromEntries(all.slice(0, numVariables).map((word) => word.split("=", 2)));
  const [deno, run, ...words] = all.slice(numVariables);
  const numFlags = words.findIndex((word) => !word.startsWith("-"));
  if (deno !== "deno" || run !== "run" || numFlags !== words.length - 1) {
    throw new RangeError(`The task ${task} is not a single "deno run" of a script: ${taskCommands[task]}`);
  }
  return { env, flags: words.slice(0, numFlags), script: words[numFlags]! };
}
