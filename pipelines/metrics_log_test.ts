import assert from "node:assert/strict";
import { StorageError } from "@lacuna/data";
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
