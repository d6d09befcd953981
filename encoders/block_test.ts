import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { stream, uniforms } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { distance, oracleOf } from "./_test_oracle.ts";
import { Block } from "./block.ts";
import { sumOf } from "./residual_stream.ts";

await useDevice("cpu");
const prng = stream({ seed: 1, name: "init" });
const config = { dim: 8, numHeads: 2, mlpRatio: 2, dropPathRate: 0 };

/** Tokens of [B, 5, 8]. */
function tokensOf(batchSize: number): Tensor3D {
  return tf.randomNormal([batchSize, 5, 8], 0, 1, "float32", 7);
}

/** The block for one sample [N, D]. */
function blockReference(block: Block, x: Tensor2D): Tensor2D {
  const { map, norm, gelu, attend } = oracleOf(block);
  const [q, k, v] = tf.split(map(norm(x, "norm1", 1e-6, 1), "attn.qkv"), 3, 1) as [
    Tensor2D,
    Tensor2D,
    Tensor2D,
  ];
  const attended: Tensor2D = tf.add(x, map(attend(q, k, v, 2), "attn.proj"));
  return tf.add(attended, map(gelu(map(norm(attended, "norm2", 1e-6, 1), "mlp.fc1")), "mlp.fc2"));
}

Deno.test("Block is x + attn(norm1(x)), then x + mlp(norm2(x))", () => {
  const block = new Block(config, prng);
  const tokens = tokensOf(2);
  const expected = tf.stack(tf.unstack(tokens).map((x) => blockReference(block, x as Tensor2D)));
  assert.ok(distance(block.forward(tokens), expected) < 1e-5); // float32, values of order 1
});

for (const layerScaleInit of [0, 0.1]) {
  Deno.test(`Block shows what its halves say before a LayerScale of ${layerScaleInit} and before they are added`, () => {
    const beit = { layerScaleInit, index: 0, initStd: 0.5 };
    const block = new Block({ ...config, beit }, prng);
    const { gamma_1, gamma_2 } = block.parameters;
    for (const [i, gamma] of [gamma_1, gamma_2].entries()) {
      gamma?.assign(tf.randomUniform([8], 0.5, 2, "float32", i)); // another for each channel
    }
    const { map, norm, gelu, attend } = oracleOf({
      parameters: { ...block.parameters, "attn.qkv.bias": tf.variable(tf.zeros([24])) }, // BEiT's two biases start as 0
    });
    const scaled = (x: Tensor2D, gamma?: tf.Variable): Tensor2D => gamma ? tf.mul(x, gamma) : x;
    const tokens = tokensOf(2);
    const expected = tf.unstack(tokens).map((sample) => {
      const x = sample as Tensor2D;
      const [q, k, v] = tf.split(map(norm(x, "norm1", 1e-6, 1), "attn.qkv"), 3, 1) as [
        Tensor2D,
        Tensor2D,
        Tensor2D,
      ];
      const attention = map(attend(q, k, v, 2), "attn.proj");
      const attended: Tensor2D = tf.add(x, scaled(attention, gamma_1));
      const ffn = map(gelu(map(norm(attended, "norm2", 1e-6, 1), "mlp.fc1")), "mlp.fc2");
      return { attention, ffn, out: tf.add(attended, scaled(ffn, gamma_2)) };
    });
    const { branches, stream: open } = block.extendShown({ x: tokens }, undefined, undefined, {
      withBranches: true,
    });
    const all = (name: "attention" | "ffn" | "out") => tf.stack(expected.map((sample) => sample[name]!));
    assert.ok(distance(branches!.attention, all("attention")) < 1e-5); // float32, values of order 1
    assert.ok(distance(branches!.ffn, all("ffn")) < 1e-5);
    assert.ok(distance(sumOf(open), all("out")) < 1e-5);
    assert.ok(distance(block.forward(tokens), all("out")) < 1e-5);
    assert.equal(block.extendShown({ x: tokens }, undefined, undefined, {}).branches, undefined);
  });
}

Deno.test("Block drops and rescales whole branches, sample by sample, as its stream says", () => {
  const [rate, batchSize] = [0.5, 16];
  const [kept, dropping] = [config, { ...config, dropPathRate: rate }].map((config) =>
    new Block(config, prng)
  ) as [Block, Block];
  const dropPath = stream({ seed: 2, name: "drop-path", step: 9 });
  const tokens = tokensOf(batchSize);
  const noise = uniforms(2 * batchSize, dropPath);
  const [actual, full] = [dropping.forward(tokens, dropPath), kept.forward(tokens)].map((x) =>
    tf.unstack(x)
  ) as [tf.Tensor[], tf.Tensor[]];
  let numSkippedBoth = 0;
  tf.unstack(tokens).forEach((x, b) => {
    const [dropsAttn, dropsMlp] = [noise[b]! < rate, noise[batchSize + b]! < rate];
    if (dropsAttn && dropsMlp) {
      assert.equal(distance(actual[b]!, x), 0); // the sample went past both branches
      numSkippedBoth++;
    } else assert.ok(distance(actual[b]!, x) > 1e-3 && distance(actual[b]!, full[b]!) > 1e-3); // rescaled
  });
  assert.ok(numSkippedBoth > 0 && numSkippedBoth < batchSize);
});

Deno.test("Block without a stream drops nothing, whatever its rate", () => {
  const tokens = tokensOf(4);
  const [none, some] = [0, 0.9].map((dropPathRate) =>
    new Block({ ...config, dropPathRate }, prng).forward(tokens)
  );
  assert.deepEqual(some!.dataSync(), none!.dataSync());
});

Deno.test("Block keeps the expectation: the mean over many steps is the output without dropping", () => {
  const [rate, numSteps] = [0.3, 400];
  const block = new Block({ ...config, dropPathRate: rate }, prng);
  const { "norm2.weight": scale, "norm2.bias": shift } = block.parameters;
  for (const parameter of [scale!, shift!]) parameter.assign(tf.zerosLike(parameter)); // the MLP adds 0
  const tokens = tokensOf(1);
  const branch = tf.tidy(() => tf.sub(block.forward(tokens), tokens));
  const mean = tf.tidy(() => {
    const outputs = Array.from(
      { length: numSteps },
      (_, step) => tf.sub(block.forward(tokens, stream({ seed: 0, name: "drop-path", step })), tokens),
    );
    return tf.div(tf.addN(outputs), numSteps);
  });
  const ratio = tf.div(tf.sum(tf.mul(mean, branch)), tf.sum(tf.square(branch))).dataSync()[0]!;
  assert.ok(Math.abs(ratio - 1) < 0.1); // its deviation is √(0.3 / 0.7 / 400) = 0.033
});
