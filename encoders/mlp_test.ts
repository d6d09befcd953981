import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { Mlp } from "./mlp.ts";

await useDevice("cpu");

Deno.test("Mlp is fc2 of GELU of fc1", () => {
  const mlp = new Mlp(1, 2, stream({ seed: 0, name: "init" }));
  const { "fc1.weight": up, "fc2.weight": down, "fc2.bias": shift } = mlp.parameters;
  up!.assign(tf.tensor2d([[1, -1]]));
  down!.assign(tf.tensor2d([[1], [1]]));
  shift!.assign(tf.tensor1d([0.5]));
  const [y] = mlp.forward(tf.tensor3d([[[2]]])).dataSync<"float32">();
  // GELU(2) + GELU(−2) + 0.5 = 2 Φ(2) − 2 Φ(−2) + 0.5, Φ(2) = 0.97724987
  assert.ok(Math.abs(y! - 2.40899947) < 1e-5); // float32, erf to 1.5e-7
});

Deno.test("Mlp leaves nothing behind but its result", () => {
  const mlp = new Mlp(4, 16, stream({ seed: 0, name: "init" }));
  const tokens = tf.ones<tf.Rank.R3>([2, 3, 4]);
  const before = tf.memory().numTensors;
  mlp.forward(tokens).dispose();
  assert.equal(tf.memory().numTensors, before);
});
