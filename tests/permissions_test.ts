import assert from "node:assert/strict";
import { denoRun, jobs, taskCommands } from "./_tasks.ts";
import { ended, exists, root } from "./_workplace.ts";

/** What a task may do: each list as its flag has it, `undefined` without the flag, "everything" for a flag without a list. */
type Grants = Readonly<
  Record<"read" | "write" | "run" | "ffi", readonly string[] | "everything" | undefined>
>;

function grantsOf(task: string): Grants {
  const { flags } = denoRun(task);
  const granted = (name: string) => {
    const flag = flags.find((flag) => flag === `--allow-${name}` || flag.startsWith(`--allow-${name}=`));
    if (flag === undefined) return undefined;
    return flag.includes("=") ? flag.slice(flag.indexOf("=") + 1).split(",") : "everything";
  };
  return { read: granted("read"), write: granted("write"), run: granted("run"), ffi: granted("ffi") };
}

/** Tries each thing on its own and prints `{ "what": "allowed" or the error's name and message }`. */
const probe = `
const attempts = {
  read: (path) => [...Deno.readDirSync(path)],
  write: (path) => Deno.writeTextFileSync(path, ""),
  fetch: (url) => fetch(url),
  connect: (port) => Deno.connect({ hostname: "127.0.0.1", port: Number(port) }),
  import: (url) => import(url),
  run: (program) => new Deno.Command(program, { args: ["--version"], stdout: "null", stderr: "null" }).outputSync(),
  dlopen: (path) => Deno.dlopen(path, {}),
  env: (name) => Deno.env.get(name),
  sys: () => Deno.osRelease(),
};
const results = {};
for (const what of Deno.args) {
  const [attempt, value] = what.split(/ (.*)/);
  try {
    await attempts[attempt](value);
    results[what] = "allowed";
  } catch (error) {
    results[what] = error.name + ": " + error.message;
  }
}
console.log(JSON.stringify(results));
`;

/** Runs the probe with a task's flags in a folder that has the task's roots, and one file outside them. */
async function attempt(task: string, attempts: readonly string[]): Promise<Record<string, string>> {
  const folder = Deno.makeTempDirSync({ prefix: "lacuna_" });
  try {
    for (const made of ["runs", ".lacuna/data", ".lacuna/native", "elsewhere"]) {
      Deno.mkdirSync(`${folder}/${made}`, { recursive: true });
    }
    const kernels = `${root}/.lacuna/native/kernels.so`;
    if (exists(kernels)) Deno.copyFileSync(kernels, `${folder}/.lacuna/native/kernels.so`);
    Deno.writeTextFileSync(`${folder}/elsewhere/probe.js`, probe);
    const args = [
      "run",
      "--quiet",
      "--no-prompt",
      ...denoRun(task).flags,
      `${folder}/elsewhere/probe.js`,
      ...attempts,
    ];
    const process = new Deno.Command(Deno.execPath(), {
      args,
      cwd: folder,
      stdout: "piped",
      stderr: "piped",
    });
    const { code, out, error } = await ended(process.spawn());
    assert.equal(code, 0, error);
    return JSON.parse(out);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("no task has all permissions, nor the network", () => {
  assert.ok(jobs.length >= 6, `only ${jobs} run a script of a member`);
  for (const [task, command] of Object.entries(taskCommands)) {
    assert.doesNotMatch(
      command,
      /\s(-[a-zA-Z]*[AN][a-zA-Z]*|--allow-all|--allow-net(?!=127\.0\.0\.1(\s|$)))(\s|=|$)/,
      task,
    ); // -A and -N are short
  }
});

Deno.test("jobs write, run and load nothing but what they name, and the pure ones load nothing", () => {
  for (const task of jobs) {
    const { write, run, ffi } = grantsOf(task);
    for (const granted of [write, run, ffi]) assert.notEqual(granted, "everything", task);
    assert.deepEqual(run ?? [], task === "build" ? ["cc"] : [], task);
    assert.deepEqual(ffi ?? [], ffi && !task.endsWith(":pure") ? [".lacuna/native/kernels.so"] : [], task);
  }
  const pure = jobs.filter((task) => task.endsWith(":pure"));
  assert.deepEqual(pure.toSorted(), ["evaluate:pure", "pretrain:pure"]);
});

for (const task of jobs) {
  Deno.test(`the flags of ${task} hold: NotCapable outside its roots, no error inside`, async () => {
    const { read, write, run, ffi } = grantsOf(task);
    const forbidden = [
      "write elsewhere/file",
      "write probe.txt",
      `write ${root}/deno.json`,
      "fetch http://127.0.0.1:8009/",
      "connect 9",
      "run sh",
      "dlopen elsewhere/other.so",
      "dlopen libc.so.6",
      "env HOME",
      "sys",
    ];
    if (read !== "everything") forbidden.push("read /etc", `read ${root}`);
    if (read !== "everything" && !read?.includes(".")) forbidden.push("read elsewhere", "read .");
    if (!run) forbidden.push("run cc");
    if (!ffi) forbidden.push("dlopen .lacuna/native/kernels.so");
    const allowed = [
      ...(read === "everything" ? ["/etc"] : read ?? []).map((path) => `read ${path}`),
      ...(write as readonly string[] ?? []).map((path) => `write ${path}/file`),
    ];
    const results = await attempt(task, [...forbidden, ...allowed, "import http://127.0.0.1:8009/module.js"]);

    for (const what of forbidden) assert.match(results[what]!, /^NotCapable: Requires /, `${task}: ${what}`);
    for (const what of allowed) assert.equal(results[what], "allowed", `${task}: ${what}`);
    assert.match(
      results["import http://127.0.0.1:8009/module.js"]!,
      /^TypeError: (Requires import access|.*--no-remote)/,
    );
  });

  Deno.test({
    name: `the flags of ${task} let it load the kernels and start the compiler where it should`,
    ignore: !exists(`${root}/.lacuna/native/kernels.so`), // `deno task build` found no compiler
    fn: async () => {
      const { run, ffi } = grantsOf(task);
      const attempts = [...(ffi ? ["dlopen .lacuna/native/kernels.so"] : []), ...(run ? ["run cc"] : [])];
      for (const [what, result] of Object.entries(await attempt(task, attempts))) {
        assert.equal(result, "allowed", `${task}: ${what}`);
      }
    },
  });
}
