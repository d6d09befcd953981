import assert from "node:assert/strict";
import { rowAt, writeShards } from "@lacuna/data/shards";
import { listCheckpoints } from "./checkpoint.ts";
import { main } from "./cli.ts";
import { readMetrics } from "./metrics_log.ts";
import { readRunSummary } from "./run_summary.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testImages } from "./_test_images.ts";

/** Shards of 64 small images. */
async function writeData(folder: string): Promise<string> {
  const { split: { columns, readBlock, numRows } } = testImages(64);
  const rows = await readBlock(0);
  const items = async function* (from: number) {
    for (let i = from; i < numRows; i++) yield { row: rowAt(rows, i) };
  };
  const about = { name: "stripes", source: "a test", licence: "MIT", columns };
  await writeShards(`${folder}/data`, { ...about, splits: { train: { items } } });
  return `${folder}/data`;
}

/** Flags of a run of 40 small steps. */
function flagsOf(data: string, run: string, ...more: string[]): string[] {
  const settings = ["encoder.dim=8", "schedule.batchSize=8", "schedule.epochs=5", "log.checkpointEvery=5"];
  const common = ["--preset", "tiny", "--device", "cpu", "--data", data, "--run", run];
  return [...common, ...settings.flatMap((setting) => ["--set", setting]), ...more];
}

/** Runs the command in this process. */
async function call(args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = "", error = "";
  const code = await main(args, {
    write: (text) => void (out += text),
    writeError: (text) => void (error += text),
    isTerminal: false,
    columns: 100,
  });
  return { code, out, error };
}

/** Starts the command in a process of its own. */
function spawn(args: readonly string[]): Deno.ChildProcess {
  const cli = new URL("./cli.ts", import.meta.url).pathname;
  const permissions = ["--allow-read", "--allow-write"];
  const command = ["run", "--quiet", "--no-prompt", "--no-check", ...permissions, cli, ...args];
  return new Deno.Command(Deno.execPath(), { args: command, stdout: "null", stderr: "piped" }).spawn();
}

/** Waits until a run has logged some steps. */
async function waitForSteps(run: string, numSteps: number): Promise<void> {
  while (readMetrics(`${run}/metrics.jsonl`).length < numSteps) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("pretrain trains, and a second call says that the run is complete", async () => {
  using folder = new TemporaryFolder();
  const flags = flagsOf(
    await writeData(folder.path),
    `${folder.path}/run`,
    "--set",
    "schedule.epochs=1",
    "--seed",
    "3",
  );
  const first = await call(flags);
  assert.deepEqual([first.code, first.error], [0, ""]);
  assert.match(
    first.out,
    /seed 3.*\nDevice +cpu: .*\nData +stripes: 64 images of 14×14×1\nModel .*\nRun +8 steps of 8/,
  );
  assert.match(first.out, /step 1\/8 .*\nstep 8\/8 .*\nDone +8 steps in /);
  const second = await call(flags);
  assert.equal(second.code, 0);
  assert.match(second.out, /Already complete: .*step-00000008\.safetensors/);
  assert.doesNotMatch(second.out, /Done|step 8/);
});

Deno.test("every error that a user can mend has its message and exit code", async () => {
  using folder = new TemporaryFolder();
  const data = await writeData(folder.path);
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  const run = `${folder.path}/run`;
  const collapsing = [
    "heads.usePredictor=false",
    "heads.norm=layer",
    "schedule.momentum=0.9",
    "optimizer.learningRate=0.5",
  ];
  const cases: [number, RegExp, string[]][] = [
    [2, /unknown option '--prset'\n\(Did you mean --preset\?\)/, ["--prset", "demo"]],
    [2, /There is no method mea: did you mean mae\?/, ["--method", "mea"]],
    [2, /ExtreMA has no preset dmeo: did you mean demo\?/, ["--preset", "dmeo"]],
    [2, /option '--seed <number>' argument '-1' is invalid/, ["--seed", "-1"]],
    [2, /Allowed choices are stop, warn/, ["--on-collapse", "shrug"]],
    [2, /no field encoder\.deph: did you mean encoder\.depth\?/, ["--set", "encoder.deph=2"]],
    [2, /patch/i, flagsOf(data, run, "--set", "encoder.patchSize=5")],
    [2, /5 disjoint masks of 1 tokens do not fit in 4/, flagsOf(data, run, "--set", "masks.numMasks=5")],
    [2, /masks\.ratio/, flagsOf(data, run, "--set", "masks.ratio=1")],
    [3, /none\/manifest\.json/, flagsOf(`${folder.path}/none`, run)],
    [4, /wsam.*did you mean "wasm"/, [...flagsOf(data, run), "--device", "wsam"]],
    [
      5,
      /the first tensor that is not finite/,
      flagsOf(data, `${run}5`, "--set", "optimizer.learningRate=1e30"),
    ],
    [
      6,
      /The teacher has collapsed/,
      flagsOf(data, `${run}6`, ...collapsing.flatMap((setting) => ["--set", setting])),
    ],
    [7, /Cannot write .*file\/run/, flagsOf(data, `${folder.path}/file/run`)],
  ];
  for (const [code, message, args] of cases) {
    const result = await call(args);
    assert.equal(result.code, code, `${args.join(" ")}: ${result.error}`);
    assert.match(result.error, message);
    assert.doesNotMatch(result.error, /\n {4}at /); // no stack
  }
});

Deno.test({
  name: "pretrain --help lists methods and exit codes, without a look at the environment",
  permissions: { env: false },
  fn: async () => {
    const { code, out } = await call(["--help"]);
    assert.equal(code, 0);
    assert.match(out, /extrema, data2vec, data2vec2,\s+mae/);
    assert.match(out, /Exit codes: 0 ok, 1 unexpected, 2 usage, .* 130 interrupted/);
    assert.equal((await call(["--prset"])).code, 2);
  },
});

Deno.test("2: what Deno's permissions refuse is told as Deno tells it", async () => {
  using folder = new TemporaryFolder();
  const data = await writeData(folder.path);
  const cli = new URL("./cli.ts", import.meta.url).pathname;
  const cases: [RegExp, string[], string[]][] = [
    [
      /Requires read access to .*\/data/,
      [`--allow-read=${folder.path}/run`],
      flagsOf(data, `${folder.path}/run`),
    ],
    [/Requires write access to .*\/run/, ["--allow-read"], flagsOf(data, `${folder.path}/run`)],
  ];
  for (const [message, permissions, flags] of cases) {
    const args = ["run", "--quiet", "--no-prompt", "--no-check", ...permissions, cli, ...flags];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
    const error = new TextDecoder().decode(stderr);
    assert.equal(code, 2, error);
    assert.match(error, message);
    assert.doesNotMatch(error, /\n {4}at /);
  }
});

Deno.test("SIGINT ends a run with a checkpoint and 130; killed and resumed, it ends with the same bytes", async () => {
  using folder = new TemporaryFolder();
  const data = await writeData(folder.path);
  const [whole, broken] = [`${folder.path}/whole`, `${folder.path}/broken`];
  const flags = (run: string) => flagsOf(data, run, "--set", "schedule.epochs=40"); // 320 steps: long enough to be caught in, on a busy machine too
  assert.equal((await call(flags(whole))).code, 0);

  const interrupted = spawn(flags(broken));
  await waitForSteps(broken, 2);
  interrupted.kill("SIGINT");
  const { code, stderr } = await interrupted.output();
  assert.equal(code, 130);
  assert.match(
    new TextDecoder().decode(stderr),
    /^Interrupted after \d+ of 320 steps; the checkpoint is .*\.safetensors/,
  );
  assert.equal(readRunSummary(broken)!.status, "interrupted");
  const numSteps = readMetrics(`${broken}/metrics.jsonl`).length;
  assert.match(
    listCheckpoints(`${broken}/checkpoints`).at(-1)!,
    new RegExp(`step-0*${numSteps}\\.safetensors$`),
  );

  const killed = spawn(flags(broken));
  await waitForSteps(broken, numSteps + 8);
  killed.kill("SIGKILL");
  await killed.output();
  const resumed = await call(flags(broken));
  assert.match(resumed.out, /goes on after step \d+, from /);
  assert.deepEqual(
    Deno.readFileSync(`${broken}/checkpoints/step-00000320.safetensors`),
    Deno.readFileSync(`${whole}/checkpoints/step-00000320.safetensors`),
  );
});
