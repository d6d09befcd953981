import assert from "node:assert/strict";
import { learningRateSchedule } from "./learning_rate_schedule.ts";

const paper = { learningRate: 1.5e-4, batchSize: 2048, epochs: 300, warmupEpochs: 40 };
const peak = 1.2e-3; // 1.5e-4 · 2048 / 256

Deno.test("learningRateSchedule() rises from 0 to its peak and falls to 0", () => {
  assert.equal(learningRateSchedule(paper, 0), 0);
  assert.equal(learningRateSchedule(paper, 20), peak / 2);
  assert.equal(learningRateSchedule(paper, 40), peak);
  assert.ok(Math.abs(learningRateSchedule(paper, 170) - peak / 2) < 1e-18); // cos(π/2) = 0 up to rounding
  assert.equal(learningRateSchedule(paper, 300), 0);
});

Deno.test("learningRateSchedule() has MAE's rates at 4,096 images", () => {
  const mae = { learningRate: 1.5e-4, batchSize: 4096, epochs: 800, warmupEpochs: 40 };
  const golden = [[0, 0], [20, 1.2e-3], [40, 2.4e-3], [420, 1.2e-3], [800, 0]] as const; // by its formula, least rate 0
  for (const [epoch, rate] of golden) {
    assert.ok(Math.abs(learningRateSchedule(mae, epoch) - rate) < 1e-17, `${epoch}`); // float64
  }
});

Deno.test("learningRateSchedule() ends at the least rate", () => {
  const beit = {
    learningRate: 1.875e-4,
    minLearningRate: 1.25e-6,
    batchSize: 2048,
    epochs: 800,
    warmupEpochs: 10,
  };
  assert.equal(learningRateSchedule(beit, 10), 1.5e-3);
  assert.ok(Math.abs(learningRateSchedule(beit, 405) - (1.5e-3 + 1e-5) / 2) < 1e-17); // halfway
  assert.equal(learningRateSchedule(beit, 800), 1e-5);
});

Deno.test("learningRateSchedule() falls in one step as SimMIM's, from epoch 700 of 800 on", () => {
  const simmim = {
    learningRate: 5e-5,
    batchSize: 2048,
    epochs: 800,
    warmupEpochs: 10,
    decay: "step",
  } as const;
  assert.deepEqual([10, 400, 699.9, 700, 800].map((epoch) => learningRateSchedule(simmim, epoch)), [
    ...[4e-4, 4e-4, 4e-4],
    ...[4e-4 / 10, 4e-4 / 10],
  ]);
  assert.equal(learningRateSchedule({ ...simmim, minLearningRate: 1e-5 }, 800), 8e-5); // 1e-5 · 2048 / 256
});

Deno.test("learningRateSchedule() begins at its peak without warm-up", () => {
  assert.equal(learningRateSchedule({ ...paper, warmupEpochs: 0 }, 0), peak);
});
