import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import { listCheckpoints, readCheckpoint } from "./checkpoint.ts";
import { CheckpointError } from "./errors.ts";
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

Deno.test("loadRun() says what is missing", () => {
  using folder = new TemporaryFolder();
  assert.throws(() => loadRun(folder.path), (error: unknown) => {
    assert.ok(error instanceof CheckpointError);
    assert.match(error.message, /^There is no run with a checkpoint in .*: pretrain one there first/);
    return true;
  });
});
