import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { distance, oracleOf, stir } from "./_test_oracle.ts";
import { CrossDecoder } from "./cross_decoder.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init" });
const config = {
  encoderDim: 8,
  gridHeight: 2,
  gridWidth: 2,
  dim: 20,
  depth: 2,
  numHeads: 3,
  mlpRatio: 2,
  outDim: 5,
};
const tokens: Tensor3D = tf.randomNormal([2, 3, 8], 0, 1, "float32", 1);
const context: Tensor3D = tf.randomNormal([2, 3, 8], 0, 1, "float32", 2);
const restore: Tensor2D = tf.tensor2d([[2, 0, 3, 1], [0, 1, 2, 3]], [2, 4], "int32");

Deno.test("CrossDecoder gives positions to mask tokens alone, and heads that do not fill the width", () => {
  const decoder = new CrossDecoder(config, prng);
  assert.deepEqual(decoder.parameters["blocks.0.attn.q.weight"]!.shape, [20, 18]); // 3 · ⌊20 / 3⌋
  const { stages, scores, pred } = decoder.forward(tokens, context, restore);
  assert.deepEqual(pred.shape, [2, 4, 5]);
  assert.deepEqual(scores.map(({ shape }) => shape), [[2, 3, 5, 5], [2, 3, 5, 5]]);
  const entering = stages[0]!.arraySync();
  const { mask_token, pos_embed, "embed.weight": weight, "embed.bias": bias } = decoder.parameters;
  const embedded = tf.add<Tensor3D>(
    tf.reshape(tf.matMul(tf.reshape(tokens, [6, 8]), weight as tf.Tensor as Tensor2D), [2, 3, 20]),
    bias!,
  ).arraySync();
  const positions = (pos_embed as tf.Tensor as Tensor3D).arraySync()[0]!,
    mask = [...mask_token!.dataSync<"float32">()];
  const masked = (patch: number) => mask.map((x, d) => x + positions[patch + 1]![d]!);
  const expected = [
    [embedded[0]![0], masked(0), embedded[0]![1], masked(2), embedded[0]![2]],
    [embedded[1]![0], embedded[1]![1], embedded[1]![2], masked(2), masked(3)],
  ];
  assert.ok(distance(tf.tensor3d(entering), tf.tensor3d(expected as number[][][])) < 1e-6);
});

Deno.test("CrossDecoder's blocks attend to themselves, then to the context, then map, each added to what it was given", () => {
  const decoder = new CrossDecoder(config, prng);
  stir(decoder);
  const { map, norm, gelu, attend } = oracleOf(decoder);
  const { stages, pred } = decoder.forward(tokens, context, restore);
  for (const [b, entering] of (tf.unstack(stages[0]!) as Tensor2D[]).entries()) {
    const seen = tf.unstack(context)[b]! as Tensor2D;
    let x = entering;
    const attention = (name: string, queries: Tensor2D, keys: Tensor2D): Tensor2D => {
      const attended = attend(map(queries, `${name}.q`), map(keys, `${name}.k`), map(keys, `${name}.v`), 3);
      return map(attended, `${name}.proj`);
    };
    for (const block of ["blocks.0", "blocks.1"]) {
      const own = norm(x, `${block}.norm1`, 1e-6, 1);
      x = tf.add(x, attention(`${block}.attn`, own, own));
      x = tf.add(x, attention(`${block}.cross_attn`, norm(x, `${block}.norm2`, 1e-6, 1), seen));
      const hidden = gelu(map(norm(x, `${block}.norm3`, 1e-6, 1), `${block}.mlp.fc1`));
      x = tf.add(x, map(hidden, `${block}.mlp.fc2`));
    }
    assert.ok(distance(tf.unstack(stages[2]!)[b]!, x) < 1e-4); // float32, two blocks
    const expected = tf.slice(map(norm(x, "norm", 1e-6, 1), "pred"), [1, 0]); // without the class token
    assert.ok(distance(tf.unstack(pred)[b]!, expected) < 1e-5);
  }
});

Deno.test("CrossDecoder has positions for 16,384 patches", () => { // more numbers than a call has arguments
  const { parameters } = new CrossDecoder({ ...config, gridHeight: 128, gridWidth: 128, depth: 1 }, prng);
  assert.deepEqual(parameters["pos_embed"]!.shape, [1, 1 + 128 ** 2, 20]);
  tf.dispose(Object.values(parameters));
});

Deno.test("CrossDecoder learns every parameter, looks at its context and refuses an order of others", () => {
  const decoder = new CrossDecoder(config, prng);
  const weigh = tf.randomNormal([2, 4, 5], 0, 1, "float32", 4);
  const { grads } = valueAndGrads(
    () => tf.tidy(() => tf.mean(tf.mul(decoder.forward(tokens, context, restore).pred, weigh)) as tf.Scalar),
    decoder.parameters,
  );
  for (const name of Object.keys(decoder.parameters)) {
    if (name === "pos_embed") continue;
    assert.ok(name.endsWith(".k.bias") || tf.max(tf.abs(grads[name]!)).dataSync()[0]! > 1e-9, name);
  }
  const other = decoder.forward(tokens, tf.neg(context), restore).pred;
  assert.ok(distance(decoder.forward(tokens, context, restore).pred, other) > 1e-3);
  assert.throws(() => decoder.forward(tokens, tf.zeros([2, 2, 8]), restore), TypeError);
});
