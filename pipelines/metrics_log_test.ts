import assert from "node:assert/strict";
import { StorageError } from "@lacuna/data";
import { CheckpointError } from "./errors.ts";
import { MetricsLog, readMetrics } from "./metrics_log.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";

const line = (step: number) => ({
  step,
  epoch: 0,
  loss: 1,
  learningRate: 0,
  imagesPerSecond: 1,
  dataShare: 0,
  momentum: 1,
});

Deno.test("MetricsLog goes on at a step, without the lines that a killed run left after it", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/metrics.jsonl`;
  {
    using log = new MetricsLog(path, 0);
    for (let step = 0; step < 5; step++) log.append(line(step));
  }
  Deno.writeTextFileSync(path, '{"step":5,"ep', { append: true }); // killed while writing
  {
    using log = new MetricsLog(path, 3);
    assert.deepEqual(log.before, [0, 1, 2].map(line));
    log.append(line(3));
  }
  assert.deepEqual(readMetrics(path), [0, 1, 2, 3].map(line));
});

Deno.test("MetricsLog says where it cannot write", () => {
  using folder = new TemporaryFolder();
  Deno.writeTextFileSync(`${folder.path}/file`, "");
  assert.throws(() => new MetricsLog(`${folder.path}/file/metrics.jsonl`, 0), StorageError);
});

Deno.test("readMetrics() finds nothing where there is no file", () => {
  using folder = new TemporaryFolder();
  assert.deepEqual(readMetrics(`${folder.path}/metrics.jsonl`), []);
});

Deno.test("readMetrics() names the line that is damaged", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/metrics.jsonl`;
  for (const bad of ['{"step":1,"ep', "", "null", "[]", '{"epoch":1}']) {
    Deno.writeTextFileSync(path, `${JSON.stringify(line(0))}\n${bad}\n${JSON.stringify(line(2))}\n`);
    assert.throws(() => readMetrics(path), (error: unknown) => {
      assert.ok(error instanceof CheckpointError, bad);
      assert.match(error.message, /metrics\.jsonl, line 2: it is no JSON object with a step/);
      return true;
    });
  }
});
