import assert from "node:assert/strict";
import { ConfigError } from "./errors.ts";
import { runLength } from "./run_length.ts";

const schedule = { epochs: 3.5, warmupEpochs: 0, batchSize: 256, momentum: 0.99 };

Deno.test("runLength() counts whole batches", () => {
  assert.deepEqual(runLength(schedule, 1000), { stepsPerEpoch: 3, totalSteps: 11 }); // ⌊1000 / 256⌋ = 3; 3.5 · 3 = 10.5
  assert.deepEqual(runLength({ ...schedule, epochs: 0.01 }, 256), { stepsPerEpoch: 1, totalSteps: 1 }); // never none
});

Deno.test("runLength() refuses a batch that the images do not fill", () => {
  assert.throws(
    () => runLength(schedule, 255),
    new ConfigError("255 images fill no batch of 256: lower schedule.batchSize"),
  );
});
