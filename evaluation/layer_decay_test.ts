import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { LayerDecayAdamW, layerDecayScale } from "./layer_decay.ts";

await useDevice("cpu");

Deno.test("layerDecayScale() is 1 in the head, 0.65 in block 11 and 0.65¹³ in the embeddings of a base model", () => {
  const scale = (name: string) => layerDecayScale(name, 12, 0.65);
  for (const name of ["head.weight", "fc_norm.bias", "rel_pos_bias.relative_position_bias_table"]) {
    assert.equal(scale(name), 1);
  }
  assert.equal(scale("blocks.11.mlp.fc1.weight"), 0.65);
  assert.ok(Math.abs(scale("blocks.0.norm1.bias") - 0.65 ** 12) < 1e-15);
  for (const name of ["cls_token", "pos_embed", "patch_embed.proj.weight"]) {
    assert.equal(Number(scale(name).toFixed(6)), 0.003697);
  }
});

Deno.test("LayerDecayAdamW moves each layer by its share of the rate", () => {
  const before = tf.memory().numTensors;
  const parameters = Object.fromEntries(
    ["head.bias", "blocks.1.x", "blocks.0.x", "cls_token"].map((name) => [
      name,
      tf.tidy(() => tf.variable(tf.tensor1d([1]))),
    ]),
  );
  const grads = Object.fromEntries(
    Object.keys(parameters).map((name, i) => [name, tf.tensor1d([(-1) ** i * 5])]),
  );
  const optimizer = new LayerDecayAdamW(parameters, 2, 0.5, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-12,
    weightDecay: 0.1,
    decayed: (name) => name === "blocks.1.x",
  });
  optimizer.step(grads, 0.4); // Adam's first step is the rate, against the gradient's sign
  const values = Object.values(parameters).map((parameter) => parameter.dataSync()[0]!);
  const expected = [1 - 0.4, 1 + 0.2 - 0.2 * 0.1, 1 - 0.1, 1 + 0.05];
  values.forEach((value, i) => assert.ok(Math.abs(value - expected[i]!) < 1e-6, `${value}, ${expected[i]}`));
  optimizer.dispose();
  tf.dispose([parameters, grads]);
  assert.equal(tf.memory().numTensors, before);
});
