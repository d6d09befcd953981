import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import assert from "node:assert/strict";
import type { Features } from "./features.ts";
import { layerProbe } from "./layer_probe.ts";

await useDevice("cpu");

/** Two classes ±`distance` on one axis, with noise of deviation 1. */
function pair(name: string, distance: number): Features {
  const labels = Int32Array.from({ length: 400 }, (_, row) => row % 2);
  const noise = normals(800, stream({ seed: 1, name }));
  return { values: noise.map((z, i) => i % 2 ? z : z + distance * (i % 4 - 1)), dim: 2, labels };
}

Deno.test("layerProbe() reports every layer, and the best", async () => {
  const distances = [0, 2, 1];
  const result = await layerProbe(
    distances.map((distance, i) => pair(`train ${i}`, distance)),
    distances.map((distance, i) => pair(`test ${i}`, distance)),
    { epochs: 20, batchSize: 50, baseLearningRate: 0.05 },
  );
  assert.equal(result.best, 1);
  assert.equal(result.accuracy, result.accuracies[1]);
  const expected = [0.5, 0.977, 0.841]; // Φ(distance)
  result.accuracies.forEach((accuracy, i) =>
    assert.ok(Math.abs(accuracy - expected[i]!) < 0.08, `layer ${i}: ${accuracy}`) // 3 standard errors of 400 rows at ½
  );
});

Deno.test("layerProbe() refuses unlike layers", async () => {
  const one = pair("train", 1);
  await assert.rejects(layerProbe([one], [one, one]), /Cannot probe 1 layers by 2/);
  await assert.rejects(layerProbe([], []), TypeError);
});
