import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { distance, oracleOf } from "./_test_oracle.ts";
import { ClassAttentionBlock } from "./class_attention_block.ts";

await useDevice("cpu");
const prng = stream({ seed: 1, name: "init" });
const config = { dim: 8, numHeads: 2, mlpRatio: 2, layerScaleInit: 0.1 };
const classToken: Tensor3D = tf.randomNormal([2, 1, 8], 0, 1, "float32", 3);
const tokens: Tensor3D = tf.randomNormal([2, 5, 8], 0, 1, "float32", 4);

/** One sample, c [1, D] and x [N, D]; keys and values from [c, x], or from x alone to show the difference. */
function reference(block: ClassAttentionBlock, c: Tensor2D, x: Tensor2D, classInKeys: boolean): Tensor2D {
  const { map, norm, gelu, attend } = oracleOf(block);
  const u = norm(tf.concat([c, x], 0), "norm1", 1e-6, 1);
  const query = map(tf.slice(u, [0, 0], [1, -1]), "attn.q");
  const rows = classInKeys ? u : tf.slice(u, [1, 0]);
  const read = map(attend(query, map(rows, "attn.k"), map(rows, "attn.v"), 2), "attn.proj");
  const attended: Tensor2D = tf.add(c, tf.mul(block.parameters.gamma_1!, read));
  const mixed = map(gelu(map(norm(attended, "norm2", 1e-6, 1), "mlp.fc1")), "mlp.fc2");
  return tf.add(attended, tf.mul(block.parameters.gamma_2!, mixed));
}

Deno.test("ClassAttentionBlock asks with the class row and looks at all rows, its own included", () => {
  const block = new ClassAttentionBlock(config, prng);
  const actual = block.forward(classToken, tokens);
  const [classRows, tokenRows] = [tf.unstack(classToken) as Tensor2D[], tf.unstack(tokens) as Tensor2D[]];
  const expected = (classInKeys: boolean) =>
    tf.stack([0, 1].map((b) => reference(block, classRows[b]!, tokenRows[b]!, classInKeys)));
  assert.deepEqual(actual.shape, [2, 1, 8]);
  assert.ok(distance(actual, expected(true)) < 1e-5); // float32, values of order 1
  assert.ok(distance(actual, expected(false)) > 1e-3); // c among keys and values matters
});

Deno.test("ClassAttentionBlock leaves the tokens as they are", () => {
  const before = tokens.dataSync().slice();
  new ClassAttentionBlock(config, prng).forward(classToken, tokens);
  assert.deepEqual(tokens.dataSync(), before);
});

Deno.test("ClassAttentionBlock with LayerScale 0 hands the class vector on", () => {
  const block = new ClassAttentionBlock({ ...config, layerScaleInit: 0 }, prng);
  assert.deepEqual(block.forward(classToken, tokens).dataSync(), classToken.dataSync());
});

Deno.test("ClassAttentionBlock.attentionMap() gives each head's share for each token", () => {
  const block = new ClassAttentionBlock(config, prng);
  const { "attn.k.weight": keys } = block.parameters;
  keys!.assign(tf.zerosLike(keys!)); // all scores equal: class token and five tokens share alike
  const map = block.attentionMap(classToken, tokens);
  assert.deepEqual(map.shape, [2, 2, 5]);
  assert.ok(distance(map, tf.fill([2, 2, 5], 1 / 6)) < 1e-6);
});

Deno.test("ClassAttentionBlock leaves nothing behind but its result", () => {
  const block = new ClassAttentionBlock(config, prng);
  const before = tf.memory().numTensors;
  tf.dispose([block.forward(classToken, tokens), block.attentionMap(classToken, tokens)]);
  assert.equal(tf.memory().numTensors, before);
});
