import { listCheckpoints, readCheckpoint, readMetrics } from "@lacuna/pipelines";
import assert from "node:assert/strict";
import config from "../deno.json" with { type: "json" };
import { ended, exists, root, Workplace } from "./_workplace.ts";

/** Flags of a run of 20 steps on the device that is always there, with some fields replaced. */
function flagsOf(run: string, ...settings: string[]): string[] {
  const common = [
    "--preset",
    "tiny",
    "--device",
    "cpu",
    "--run",
    `runs/${run}`,
    "--set",
    "schedule.epochs=2",
  ];
  return [...common, ...settings.flatMap((setting) => ["--set", setting])];
}

/** Expects an exit code, a message on standard error that says it all, and no stack. */
async function expectFault(place: Workplace, args: readonly string[], code: number, message: RegExp) {
  const result = await place.run("pretrain", args);
  assert.equal(result.code, code, `${args.join(" ")}: ${result.error}`);
  assert.match(result.error, message);
  assert.doesNotMatch(result.error, /\n {4}at /);
}

Deno.test("2: an unknown option, preset, key or choice is told with the nearest name", async () => {
  using place = new Workplace();
  await Promise.all([
    expectFault(place, ["--prset", "demo"], 2, /unknown option '--prset'\n\(Did you mean --preset\?\)/),
    expectFault(place, ["--preset", "dmeo"], 2, /ExtreMA has no preset dmeo: did you mean demo\?/),
    expectFault(
      place,
      ["--set", "encoder.deph=2"],
      2,
      /no field encoder\.deph: did you mean encoder\.depth\?/,
    ),
    expectFault(place, ["--on-collapse", "wran"], 2, /Allowed choices are stop, warn/),
  ]);
});

Deno.test("2: a folder outside the task's permissions is told as Deno tells it", async () => {
  using place = new Workplace();
  await place.writeData();
  await expectFault(place, [...flagsOf("run"), "--data", "/etc"], 2, /Requires read access to .*\/etc/);
  await expectFault(
    place,
    [...flagsOf("run"), "--run", "elsewhere/run"],
    2,
    /Requires read access to .*elsewhere\/run/,
  );
});

Deno.test("2: sizes that do not fit are told before the first step", async () => {
  using place = new Workplace();
  await place.writeData();
  await Promise.all([
    expectFault(place, flagsOf("a", "encoder.patchSize=5"), 2, /14.*patch.*5|patch.*5.*14/i),
    expectFault(place, flagsOf("b", "masks.numMasks=5"), 2, /5 disjoint masks of 1 tokens do not fit in 4/),
    expectFault(place, flagsOf("c", "masks.ratio=0"), 2, /masks\.ratio/),
    expectFault(place, flagsOf("d", "masks.ratio=1"), 2, /masks\.ratio/),
  ]);
  assert.deepEqual([...Deno.readDirSync(`${place.path}/runs`)], []);
});

Deno.test("3: a shard that is missing, truncated or altered is told by file and check", async () => {
  using place = new Workplace();
  const shard = `${place.data}/train-00000.arrow`;
  const damages: Record<string, () => void> = {
    exists: () => Deno.removeSync(shard),
    size: () => Deno.truncateSync(shard, Deno.statSync(shard).size - 100),
    sha256: () => {
      const bytes = Deno.readFileSync(shard);
      bytes[bytes.length >> 1]! ^= 1;
      Deno.writeFileSync(shard, bytes);
    },
  };
  for (const [check, damage] of Object.entries(damages)) {
    await place.writeData();
    damage();
    const message = new RegExp(
      `train-00000\\.arrow(, block 0)? fails the check "${check}": .* in .*fashion-mnist again with \`deno task data import fashion-mnist --replace\``,
    );
    await expectFault(place, flagsOf("run"), 3, message);
  }
});

Deno.test("3: a data set of an older version is told with the command that writes it again", async () => {
  using place = new Workplace();
  Deno.mkdirSync(place.data, { recursive: true });
  Deno.writeTextFileSync(`${place.data}/manifest.json`, '{"format":1,"name":"Fashion-MNIST","height":28}');
  const message = /an older version .* wrote format 1.*`deno task data import fashion-mnist --replace`/;
  await expectFault(place, flagsOf("run"), 3, message);
  const demo = await place.run("data", ["import", "fashion-mnist", "--if-missing"]);
  assert.equal(demo.code, 3);
  assert.match(demo.error, message);
});

Deno.test("4: an unknown device is told with the nearest name", async () => {
  using place = new Workplace();
  await expectFault(
    place,
    [...flagsOf("run"), "--device", "wsam"],
    4,
    /Unknown device "wsam": did you mean "wasm"\?/,
  );
});

Deno.test("without a compiler the build says so and ends well, native says what to do, auto takes another device", async () => {
  using place = new Workplace({ native: false });
  await place.writeData();
  const built = await place.run("build", [], { env: { PATH: "" } });
  assert.equal(built.code, 0, built.error);
  assert.match(built.out, /^No C compiler .* found: the portable device will do the work/m);
  assert.ok(!exists(`${place.path}/.lacuna/native/kernels.so`));

  await expectFault(
    place,
    [...flagsOf("run"), "--device", "native"],
    4,
    /native: .*not built: run `deno task build`/,
  );
  for (const task of ["pretrain", "pretrain:pure"]) {
    const trained = await place.run(task, [...flagsOf(task.replace(":", "-")), "--device", "auto"]);
    assert.equal(trained.code, 0, trained.error);
    assert.match(trained.out, /^Device +(wasm|cpu): .*\n +not native: /m);
  }
});

Deno.test("5: a loss that is not finite is told with tensor, step and the last good checkpoint", async () => {
  using place = new Workplace();
  await place.writeData();
  const flags = flagsOf("run", "optimizer.learningRate=1e30", "log.checkpointEvery=1");
  await expectFault(
    place,
    flags,
    5,
    /^At step \d+ the loss is NaN; the first tensor that is not finite: .+; the last good checkpoint is runs\/run\/checkpoints\/step-\d+\.safetensors: lower optimizer\.learningRate/m,
  );
  const { tensors } = readCheckpoint(listCheckpoints(`${place.path}/runs/run/checkpoints`).at(-1)!);
  for (const [name, { data }] of Object.entries(tensors)) assert.ok(data.every(Number.isFinite), name);
});

Deno.test("6: without the predictor it collapses, and the run says so after a checkpoint", async () => {
  using place = new Workplace();
  await place.writeData();
  const settings = ["heads.usePredictor=false", "heads.norm=layer", "schedule.momentum=0.9"];
  const flags = flagsOf("run", ...settings, "optimizer.learningRate=0.5", "schedule.epochs=12");
  await expectFault(
    place,
    flags,
    6,
    /The teacher has collapsed by step \d+: .*heads\.usePredictor=true.*the checkpoint is /,
  );
  assert.ok(listCheckpoints(`${place.path}/runs/run/checkpoints`).length > 0);
  assert.equal(JSON.parse(Deno.readTextFileSync(`${place.path}/runs/run/run.json`)).status, "collapsed");
});

Deno.test("7: a run folder that cannot be written, or holds no run, is told", async () => {
  using place = new Workplace();
  await place.writeData();
  Deno.writeTextFileSync(`${place.path}/runs/file`, ""); // root may write anywhere but below a file
  await expectFault(
    place,
    flagsOf("file/run"),
    7,
    /Cannot write runs\/file\/run.*choose a folder that may be written/,
  );
  const evaluated = await place.run("evaluate", ["--run", "runs/none"]);
  assert.equal(evaluated.code, 7, evaluated.error);
  assert.match(evaluated.error, /no run with a checkpoint in runs\/none/);
});

// A disk of a size of our choice, gone with its process; needs a kernel that lets us have a mount namespace.
const smallDisk = (kilobytes: number) => {
  const script =
    `mount -t tmpfs -o size=${kilobytes}k lacuna runs && "$@"; code=$?; ls runs/*/checkpoints; exit $code`;
  return ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh"];
};
const mayMount = await (async () => {
  using place = new Workplace();
  const [program, ...args] = smallDisk(64);
  const options: Deno.CommandOptions = {
    args: [...args, "true"],
    cwd: place.path,
    stdout: "piped",
    stderr: "piped",
  };
  try {
    return !/unshare|mount/.test((await ended(new Deno.Command(program!, options).spawn())).error);
  } catch {
    return false; // no such program
  }
})();

Deno.test({
  name: `7: a full disk is told, and the checkpoints before it stay${
    mayMount ? "" : " (skipped: may not mount)"
  }`,
  ignore: !mayMount,
  fn: async () => {
    using place = new Workplace();
    await place.writeData();
    const flags = flagsOf("run", "encoder.dim=8", "log.checkpointEvery=1"); // 120 KiB each
    const { code, out, error } = await place.run("pretrain", flags, { through: smallDisk(300) });
    assert.equal(code, 7, error);
    assert.match(error, /Cannot write runs\/run\/\S+ \(No space left on device.*\): free some space/);
    assert.match(out, /step-0000000\d\.safetensors$/m);
    assert.doesNotMatch(out, /\.tmp$/m); // nor does it keep half a file
  },
});

Deno.test("7: a file that may not grow is told, and the run goes on once it may", async () => {
  using place = new Workplace();
  await place.writeData();
  const sizes = ["encoder.dim=4", "encoder.numHeads=1", "heads.hiddenDim=8", "heads.outDim=4"]; // checkpoints of 48 KiB
  const flags = flagsOf(
    "run",
    ...sizes,
    "schedule.epochs=20",
    "log.measureEvery=1",
    "log.checkpointEvery=50",
  );
  flags.push("--device", "auto"); // 200 steps, whose log takes more than 50 KiB
  const limit = ["sh", "-c", `trap "" XFSZ; ulimit -f 100; exec "$@"`, "sh"]; // blocks of 512 bytes
  const { code, error } = await place.run("pretrain", flags, { through: limit });
  assert.equal(code, 7, error);
  assert.match(error, /Cannot write runs\/run\/metrics\.jsonl \(File too large/);
  const resumed = await place.run("pretrain", flags);
  assert.equal(resumed.code, 0, resumed.error);
  assert.match(resumed.out, /goes on after step \d+, from /);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`130: ${signal} ends a run with a checkpoint, from which the same command goes on`, async () => {
    using place = new Workplace();
    await place.writeData();
    const flags = flagsOf("run", "schedule.epochs=20", "log.checkpointEvery=1000"); // 200 steps
    const process = place.start("pretrain", flags);
    const metrics = `${place.path}/runs/run/metrics.jsonl`;
    while (!exists(metrics) || readMetrics(metrics).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    process.kill(signal);
    const { code, error } = await ended(process);
    assert.equal(code, 130, error);
    assert.match(
      error,
      /^Interrupted after (\d+) of 200 steps; the checkpoint is .*: the same command goes on/m,
    );
    const numSteps = Number(/after (\d+)/.exec(error)![1]);
    assert.equal(readMetrics(metrics).length, numSteps);

    const resumed = place.start("pretrain", flags);
    while (readMetrics(metrics).length < numSteps + 2) await new Promise((resolve) => setTimeout(resolve, 5));
    resumed.kill(signal);
    assert.match((await ended(resumed)).out, new RegExp(`goes on after step ${numSteps}, from `));
  });
}

Deno.test("1: an error that nobody foresaw is shown with its stack", async () => {
  using place = new Workplace();
  await place.writeData();
  const broken = `export * from "file://${root}/objectives/mod.ts";
    export const byolLoss = () => { throw new TypeError("unforeseen"); };`;
  const members = config.workspace.map((folder) => folder.replace("./", "")).map((member) => [
    `@lacuna/${member}`,
    `file://${root}/${member}/mod.ts`,
  ]);
  const subpaths = Object.entries(config.imports).map((
    [name, specifier],
  ) => [`${name}/`, `${specifier.replace("npm:", "npm:/")}/`]);
  const imports = {
    ...config.imports,
    ...Object.fromEntries(subpaths),
    ...Object.fromEntries(members),
    "@lacuna/objectives": `data:text/javascript,${encodeURIComponent(broken)}`,
  };
  Deno.writeTextFileSync(`${place.path}/imports.json`, JSON.stringify({ imports }));
  const { code, error } = await place.run("pretrain", flagsOf("run"), {
    flags: ["--import-map=imports.json"],
  });
  assert.equal(code, 1, error);
  assert.match(error, /TypeError: unforeseen\n +at /);
});
