import assert from "node:assert/strict";
import { libraryPaths } from "../data/images/_open_library.ts";
import { denoRun, jobs, taskCommands } from "./_tasks.ts";
import { ended, hasNative, notBuilt, root } from "./_workplace.ts";

/** What a task may do: each list as its flag has it, empty without the flag; `undefined` for a flag without a list, which grants all. */
type Grants = Readonly<Record<"read" | "write" | "run" | "ffi", readonly string[] | undefined>>;

function grantsOf(task: string): Grants {
  const { flags } = denoRun(task);
  const granted = (name: string) => {
    const flag = flags.find((flag) => flag === `--allow-${name}` || flag.startsWith(`--allow-${name}=`));
    if (flag === undefined) return [];
    return flag.includes("=") ? flag.slice(flag.indexOf("=") + 1).split(",") : undefined;
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
    for (
      const made of [
        "runs",
        "docs/studies",
        "data",
        "random",
        "tensor",
        ".lacuna/data",
        ".lacuna/native",
        ".lacuna/wasm",
        "tensor/wasm",
        "elsewhere",
      ]
    ) {
      Deno.mkdirSync(`${folder}/${made}`, { recursive: true });
    }
    const kernels = ".lacuna/native/kernels.so";
    if (hasNative) Deno.copyFileSync(`${root}/${kernels}`, `${folder}/${kernels}`);
    Deno.writeTextFileSync(`${folder}/elsewhere/probe.js`, probe);
    const args = [
      "run",
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

Deno.test("no task has all permissions, nor the network beyond this machine, nor the environment but for one variable", () => {
  assert.ok(jobs.length >= 6, `only ${jobs} run a script of a member`);
  for (const [task, command] of Object.entries(taskCommands)) {
    assert.doesNotMatch(
      command,
      /\s(-[a-zA-Z]*[AEN][a-zA-Z]*|--allow-(all|net|env))(?!=(LACUNA_\w+|127\.0\.0\.1)\s)/,
      task,
    ); // -A, -E and -N are short
  }
});

/** Libraries of the system that decode images. */
const decoders = Object.values(libraryPaths).flat();

/** What a build may start. */
const compilers: Readonly<Record<string, readonly string[]>> = {
  "build": ["cc", "gcc", "clang"],
  "build:wasm": ["clang-19", "clang"],
};

Deno.test("jobs read, write, run and load nothing but what they name, and import nothing remote", () => {
  for (const task of jobs) {
    const { read, write, run, ffi } = grantsOf(task);
    assert.ok(task === "data" ? read === undefined : read, task); // what is imported may be anywhere
    assert.ok(write, task);
    assert.deepEqual(run, compilers[task] ?? [], task);
    const isNative = ["build", "pretrain", "evaluate", "study", "doctor"].includes(task);
    const decodes = ["pretrain", "evaluate"].includes(task); // what was imported, without FFI, before
    const expected = [...isNative ? [".lacuna/native/kernels.so"] : [], ...decodes ? decoders : []];
    assert.deepEqual(ffi, expected, task);
    if (task !== "doctor") assert.ok(denoRun(task).flags.includes("--no-remote"), task);
  }
});

Deno.test("the pure tasks read the data, the runs and code that workers run, and write the runs, and that is all", () => {
  const pure = jobs.filter((task) => task.endsWith(":pure"));
  assert.deepEqual(pure.toSorted(), ["evaluate:pure", "pretrain:pure"]);
  const all = { read: [".lacuna", "runs"], write: ["runs"], run: [], ffi: [] };
  assert.deepEqual(grantsOf("evaluate:pure"), all);
  assert.deepEqual(grantsOf("pretrain:pure"), { ...all, read: [...all.read, "data", "random", "tensor"] });
});

for (const task of jobs) {
  Deno.test(`the flags of ${task} hold: NotCapable outside its roots, no error inside`, async () => {
    const { read, write = [], run = [], ffi = [] } = grantsOf(task);
    const forbidden = [
      ...read === undefined ? [] : ["read /etc", `read ${root}`],
      ...read === undefined || read.includes(".") ? [] : ["read elsewhere", "read ."],
      "write elsewhere/file",
      "write probe.txt",
      `write ${root}/deno.json`,
      "fetch http://127.0.0.1:8009/",
      "connect 9",
      "run sh",
      ...run.length === 0 ? ["run cc"] : [],
      "dlopen elsewhere/other.so",
      "dlopen libc.so.6",
      ...ffi.length === 0 ? ["dlopen .lacuna/native/kernels.so"] : [],
      "env HOME",
      "sys",
    ];
    const allowed = [
      ...(read ?? ["/etc"]).map((path) => `read ${path}`),
      ...write.map((path) => `write ${path}/file`),
    ];
    const remote = "import http://127.0.0.1:8009/module.js";
    const results = await attempt(task, [...forbidden, ...allowed, remote]);

    for (const what of forbidden) assert.match(results[what]!, /^NotCapable: Requires /, `${task}: ${what}`);
    for (const what of allowed) assert.equal(results[what], "allowed", `${task}: ${what}`);
    assert.match(results[remote]!, /^TypeError: (Requires import access|.*--no-remote)/, task);
  });

  Deno.test({
    name: `the flags of ${task} let it load the kernels and start a compiler where it should${
      hasNative ? "" : notBuilt
    }`,
    ignore: !hasNative,
    fn: async () => {
      const { run = [], ffi = [] } = grantsOf(task);
      const attempts = [...ffi.map((path) => `dlopen ${path}`), ...run.map((program) => `run ${program}`)];
      const results = Object.entries(await attempt(task, attempts));
      for (const [what, result] of results) { // of several compilers and libraries, some may not be installed
        assert.ok(
          result === "allowed" || /^(NotFound: Failed to spawn|Error: Could not open library)/.test(result),
          `${task}: ${what}: ${result}`,
        );
      }
      assert.ok(results.length === 0 || results.some(([, result]) => result === "allowed"), task);
    },
  });
}
