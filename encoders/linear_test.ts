import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream, substream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { Linear } from "./linear.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init" });

Deno.test("Linear multiplies by its weight [in, out] and adds its bias", () => {
  const linear = new Linear(2, 3, prng);
  linear.parameters.weight!.assign(tf.tensor2d([[1, 2, 3], [4, 5, 6]]));
  linear.parameters.bias!.assign(tf.tensor1d([10, 20, 30]));
  assert.deepEqual([...linear.forward(tf.tensor2d([[1, 2]])).dataSync()], [19, 32, 45]); // 1·1 + 2·4 + 10, …
});

Deno.test("Linear starts Xavier-uniform with a bias of 0", () => {
  const { weight, bias } = new Linear(64, 192, prng).parameters;
  const values = weight!.dataSync<"float32">();
  const bound = Math.sqrt(6 / (64 + 192));
  const variance = values.reduce((sum, x) => sum + x * x, 0) / values.length;
  assert.ok(Math.max(...values.map(Math.abs)) <= bound * (1 + 2 ** -23)); // float32 rounding of the bound
  assert.ok(Math.max(...values) > 0.999 * bound && Math.min(...values) < -0.999 * bound); // of 12,288 draws
  assert.ok(Math.abs(variance / (bound ** 2 / 3) - 1) < 0.04); // the ratio's deviation is √(0.8 / 12288) = 0.008
  assert.ok(bias!.dataSync<"float32">().every((x) => x === 0));
});

Deno.test("Linear's start is a function of its stream's address", () => {
  const start = (seed: number, name: string) =>
    new Linear(4, 4, substream(stream({ seed, name: "init" }), name)).parameters.weight!.dataSync();
  assert.deepEqual(start(0, "fc1"), start(0, "fc1"));
  assert.notDeepEqual(start(0, "fc1"), start(0, "fc2"));
  assert.notDeepEqual(start(0, "fc1"), start(1, "fc1"));
});
