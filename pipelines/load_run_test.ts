import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import { bootmaeMethod } from "./bootmae.ts";
import { listCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import { overrideConfig } from "./config.ts";
import { CheckpointError, ConfigError } from "./errors.ts";
import { extrema } from "./extrema.ts";
import { loadRun } from "./load_run.ts";
import { extremaMethod } from "./extrema_method.ts";
import { pretrain } from "./pretrain.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testConfig } from "./_test_config.ts";
import { testImages } from "./_test_images.ts";

const device = await useDevice("cpu");
const images = testImages(64);

Deno.test("loadRun() gives the trained weights and, beside them, those that the run began with", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5", "seed=3");
  const summary = await pretrain(extremaMethod, config, images, folder.path, { device });
  const run = loadRun(folder.path);
  assert.deepEqual([run.config, run.summary, run.step, run.metrics.length], [config, summary, 4, 4]);

  const { tensors } = readCheckpoint(listCheckpoints(`${folder.path}/checkpoints`).at(-1)!);
  const initial = extrema(config, images);
  for (const part of ["parameters", "teacher"] as const) {
    const prefix = part === "teacher" ? "teacher" : "student";
    for (const [name, parameter] of Object.entries(run.trained[part])) {
      assert.deepEqual(parameter.dataSync(), tensors[`${prefix}.${name}`]!.data, name);
    }
    for (const [name, parameter] of Object.entries(run.untrained[part])) {
      assert.deepEqual(parameter.dataSync(), initial[part][name]!.dataSync(), name);
    }
  }
  const weight = "blocks.0.attn.qkv.weight";
  assert.notDeepEqual(run.trained.teacher[weight]!.dataSync(), run.untrained.teacher[weight]!.dataSync());
});

Deno.test("loadRun() goes back to the checkpoint before one that is damaged", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5", "log.checkpointEvery=3");
  await pretrain(extremaMethod, config, images, folder.path, { device });
  const [older, newer] = listCheckpoints(`${folder.path}/checkpoints`) as [string, string];
  Deno.truncateSync(newer, 5000);
  const run = loadRun(folder.path);
  assert.deepEqual([run.step, run.checkpoint], [3, older]);
  assert.deepEqual(run.damaged.map(({ path }) => path), [newer]);
});

Deno.test("loadRun() takes a folder of an earlier version, with its positions and a schedule that is refused in a new run", async () => {
  using folder = new TemporaryFolder();
  const large = { ...images, height: 28, width: 28 }; // the sizes that BootMAE's smallest config is made for
  const config = overrideConfig(
    bootmaeMethod.presets.tiny!,
    ["schedule.batchSize=4", "schedule.epochs=0.125"],
    bootmaeMethod.parse,
  );
  const rising = { ...config, mto: { ...config.mto, schedule: "rising" as const } };
  await assert.rejects(
    pretrain(bootmaeMethod, rising, large, folder.path, { device }),
    (error) => error instanceof ConfigError && /^Weights of 0 cannot be rising/.test(error.message),
  );
  await pretrain(bootmaeMethod, config, large, folder.path, { device });
  const checkpoints = `${folder.path}/checkpoints`;
  const written = readCheckpoint(listCheckpoints(checkpoints).at(-1)!);
  const isFixed = (name: string) => /(^|\.)pos_embed$/.test(name);
  for (const [name, { data }] of Object.entries(written.tensors)) {
    if (isFixed(name)) data.reverse(); // other ones
  }
  writeCheckpoint(checkpoints, { ...written, config: rising });

  const { trained, untrained } = loadRun(folder.path);
  const initial = bootmaeMethod.pipeline(config, large);
  for (const part of ["parameters", "teacher"] as const) {
    for (const [name, parameter] of Object.entries(untrained[part])) {
      const expected = isFixed(name)
        ? written.tensors[`student.${name}`]!.data
        : initial[part][name]!.dataSync();
      assert.deepEqual(parameter.dataSync(), expected, `${part} ${name}`);
    }
  }
  assert.deepEqual(trained.parameters.pos_embed!.dataSync(), untrained.parameters.pos_embed!.dataSync());
  const resumed = await pretrain(bootmaeMethod, rising, large, folder.path, { device });
  assert.equal(resumed.step, 2);
});

Deno.test("loadRun() says what is missing", () => {
  using folder = new TemporaryFolder();
  assert.throws(() => loadRun(folder.path), (error: unknown) => {
    assert.ok(error instanceof CheckpointError);
    assert.match(error.message, /^There is no run with a checkpoint in .*: pretrain one there first/);
    return true;
  });
});
