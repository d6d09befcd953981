import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import { listCheckpoints, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { RunConfig } from "./config.ts";
import { ConfigError, InterruptedError } from "./errors.ts";
import { maeMethod } from "./mae.ts";
import { presetOf } from "./methods.ts";
import { readMetrics } from "./metrics_log.ts";
import { extremaMethod } from "./extrema_method.ts";
import { pretrain } from "./pretrain.ts";
import { readRunSummary, writeRunSummary } from "./run_summary.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testConfig } from "./_test_config.ts";
import { testImages } from "./_test_images.ts";

const device = await useDevice("cpu");
const images = testImages(64);

Deno.test("pretrain() keeps run.json: interrupted, then complete", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const signal = AbortSignal.abort();
  await assert.rejects(
    pretrain(extremaMethod, config, images, folder.path, { device, signal }),
    InterruptedError,
  );
  const first = readRunSummary(folder.path)!;
  assert.deepEqual([first.status, first.step, first.totalSteps], ["interrupted", 1, 4]);

  const summary = await pretrain(extremaMethod, config, images, folder.path, { device });
  assert.deepEqual(readRunSummary(folder.path), summary);
  assert.deepEqual([summary.status, summary.step, summary.started], ["complete", 4, first.started]);
  assert.deepEqual(summary.data, {
    name: "stripes",
    size: 64,
    height: 14,
    width: 14,
    channels: 1,
    mean: [0.5],
    std: [0.25],
    contentHash: images.split.contentHash,
  });
  assert.equal(summary.device.name, "cpu");
  const seconds = readMetrics(`${folder.path}/metrics.jsonl`).map((line) => 8 / line.imagesPerSecond);
  assert.equal(summary.seconds, seconds.reduce((sum, x) => sum + x, 0));

  assert.deepEqual(await pretrain(extremaMethod, config, images, folder.path, { device }), summary); // nothing left to do
});

Deno.test("pretrain() completes what was killed between the last checkpoint and the note", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const summary = await pretrain(extremaMethod, config, images, folder.path, { device });
  writeRunSummary(folder.path, { ...summary, status: "running", step: 0, seconds: 0 });
  const elsewhere = { name: "wasm", detail: "another" }; // it takes no step
  const { updated, ...rest } = await pretrain(extremaMethod, config, images, folder.path, {
    device: elsewhere,
  });
  assert.ok(updated >= summary.updated);
  assert.deepEqual({ ...rest, updated: summary.updated }, summary);
  assert.equal(readRunSummary(folder.path)!.status, "complete");
});

Deno.test("pretrain() takes the last steps of a complete run again when its checkpoint is damaged", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5", "log.checkpointEvery=3");
  await pretrain(extremaMethod, config, images, folder.path, { device });
  Deno.truncateSync(listCheckpoints(`${folder.path}/checkpoints`).at(-1)!, 5000);
  const summary = await pretrain(extremaMethod, config, images, folder.path, { device });
  assert.deepEqual([summary.status, summary.step], ["complete", 4]);
  assert.deepEqual(readRunSummary(folder.path), summary);
});

Deno.test("pretrain() goes on with a run from before a field was there, to the bytes of one that was never stopped", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const [whole, old] = [`${folder.path}/whole`, `${folder.path}/old`];
  await pretrain(extremaMethod, config, images, whole, { device });
  const stopped = pretrain(extremaMethod, config, images, old, { device, signal: AbortSignal.abort() });
  await assert.rejects(stopped, InterruptedError);
  const { target: _, augment: { crops: __, ...augment }, ...rest } = config; // both came later
  const checkpoint = readCheckpoint(listCheckpoints(`${old}/checkpoints`)[0]!);
  writeCheckpoint(`${old}/checkpoints`, { ...checkpoint, config: { ...rest, augment } as RunConfig });

  const separate = testConfig("schedule.epochs=0.5", "augment.crops=separate");
  await assert.rejects(pretrain(extremaMethod, separate, images, old, { device }), {
    name: "ConfigError",
    message: /another config: augment\.crops is shared there and separate here; choose/,
  });
  await pretrain(extremaMethod, config, images, old, { device });
  const [bytes, expected] = [old, whole].map((run) =>
    Deno.readFileSync(listCheckpoints(`${run}/checkpoints`).at(-1)!)
  );
  assert.deepEqual(bytes, expected);
});

Deno.test("pretrain() names what differs where a folder holds another method's run", async () => {
  using folder = new TemporaryFolder();
  await pretrain(extremaMethod, testConfig("schedule.epochs=0.5"), images, folder.path, { device });
  const config = presetOf(maeMethod, "tiny");
  await assert.rejects(
    pretrain(maeMethod, config, { ...images, height: 28, width: 28 }, folder.path, { device }),
    {
      name: "ConfigError",
      message: /holds a run of another config: .*encoder\.dim is 8 there and 16 here/,
    },
  );
});

Deno.test("pretrain() warns when a run goes on on another device, and keeps both in run.json", async () => {
  using folder = new TemporaryFolder();
  const config = testConfig("schedule.epochs=0.5");
  const signal = AbortSignal.abort(); // ends after a step
  const messages: string[] = [];
  const onMessage = (text: string) => messages.push(text);
  const [first, second] = [{ name: "native", detail: "C" }, { name: "cpu", detail: "JavaScript" }];
  const goOn = (device: typeof first) =>
    assert.rejects(
      pretrain(extremaMethod, config, images, folder.path, { device, signal, onMessage }),
      InterruptedError,
    );
  await goOn(first);
  await goOn(first);
  assert.deepEqual(messages, []);
  assert.equal(readRunSummary(folder.path)!.earlierDevices, undefined);
  await goOn(second);
  assert.equal(messages.length, 1);
  assert.match(
    messages[0]!,
    /taken on native, these are on cpu: the bytes will differ from an uninterrupted run/,
  );
  const summary = await pretrain(extremaMethod, config, images, folder.path, { device: second, onMessage });
  assert.deepEqual([summary.earlierDevices, summary.device], [[first], second]);
  assert.equal(messages.length, 1);
});

Deno.test("pretrain() refuses what does not fit as a config error, and touches nothing", async () => {
  using folder = new TemporaryFolder();
  const run = `${folder.path}/run`;
  const refuse = (message: RegExp, ...settings: string[]) =>
    assert.rejects(
      pretrain(extremaMethod, testConfig(...settings), images, run, { device }),
      (error: unknown) => {
        assert.ok(error instanceof ConfigError);
        assert.match(error.message, message);
        return true;
      },
    );
  await refuse(/patch/i, "encoder.patchSize=5"); // 14 / 5
  await refuse(/5 disjoint masks of 1 tokens do not fit in 4/, "masks.numMasks=5");
  await refuse(/64 images fill no batch of 65/, "schedule.batchSize=65");
  assert.throws(() => Deno.statSync(run), Deno.errors.NotFound);
});
