import type { MetricsLine } from "@lacuna/pipelines/metrics-log";
import assert from "node:assert/strict";
import { trainingCurves } from "./training_curves.ts";

const line = (step: number, measures: Partial<MetricsLine> = {}): MetricsLine => ({
  step,
  epoch: 0,
  loss: step,
  learningRate: 0,
  imagesPerSecond: 0,
  dataShare: 0,
  ...measures,
});

Deno.test("trainingCurves() shows every value of a short run, and measures only where they were taken", () => {
  const lines = [
    line(0, { meanCosine: 0.5, spread: 0.1, effectiveRank: 3 }),
    line(1),
    line(2, { spread: 0.2 }),
  ];
  const [loss, spread, cosine, rank] = trainingCurves(lines, 64);
  assert.deepEqual([loss!.steps, loss!.lines[0]!.values], [[0, 1, 2], [0, 1, 2]]);
  assert.deepEqual([spread!.steps, spread!.lines[0]!.values], [[0, 2], [0.1, 0.2]]);
  assert.deepEqual([cosine!.steps, cosine!.lines[0]!.values], [[0], [0.5]]);
  assert.deepEqual([rank!.steps, rank!.lines[0]!.values], [[0], [3]]);
  assert.equal(spread!.guides[0]!.value, 0.125); // 1/√64
});

Deno.test("trainingCurves() thins a long run to means of neighbouring steps", () => {
  const [loss] = trainingCurves(Array.from({ length: 1001 }, (_, step) => line(step)), 64);
  assert.equal(loss!.steps.length, 334); // ⌈1001 / 400⌉ = 3 steps a point
  assert.deepEqual(loss!.steps.slice(0, 2), [2, 5]);
  assert.deepEqual(loss!.lines[0]!.values.slice(0, 2), [1, 4]); // (0 + 1 + 2) / 3, (3 + 4 + 5) / 3
  assert.equal(loss!.steps.at(-1), 1000);
});

Deno.test("trainingCurves() of a run that has logged nothing are empty", () => {
  assert.deepEqual(trainingCurves([], 64).map(({ steps }) => steps), [[], [], [], []]);
});

Deno.test("trainingCurves() sets predictions' spread beside their targets' where a method logs both", () => {
  const lines = [
    line(0, { targetSpread: 0.5, predSpread: 0.1 }),
    line(1, { targetSpread: 0.4, predSpread: 0.3 }),
  ];
  const both = trainingCurves(lines, 64).at(-1)!;
  assert.equal(both.title, "Spread of targets and predictions");
  assert.deepEqual(both.steps, [0, 1]);
  assert.deepEqual(both.lines.map(({ values }) => values), [[0.5, 0.4], [0.1, 0.3]]);
});

Deno.test("trainingCurves() draws the online probe where there was one", () => {
  const lines = [line(0, { probeAccuracy: 0.25 }), line(1), line(2, { probeAccuracy: 0.5 })];
  const probe = trainingCurves(lines, 64).at(-1)!;
  assert.deepEqual([probe.title, probe.steps, probe.lines[0]!.values], ["Online probe", [0, 2], [0.25, 0.5]]);
});
