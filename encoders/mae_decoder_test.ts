import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { MaeDecoder } from "./mae_decoder.ts";
import { PatchTransformer } from "./patch_transformer.ts";
import { vitSizes } from "./vit_sizes.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init" });
const config = {
  encoderDim: 8,
  gridHeight: 2,
  gridWidth: 2,
  dim: 12,
  depth: 2,
  numHeads: 2,
  mlpRatio: 2,
  outDim: 5,
};
const tokens: Tensor3D = tf.randomNormal([2, 3, 8], 0, 1, "float32", 3); // class token and two visible patches
const restore: Tensor2D = tf.tensor2d([[2, 0, 3, 1], [0, 1, 2, 3]], [2, 4], "int32");

Deno.test("MaeDecoder puts visible and mask tokens in the image's order, with positions", () => {
  const decoder = new MaeDecoder(config, prng);
  const { decoder_pos_embed, mask_token } = decoder.parameters;
  const { stages, pred } = decoder.forward(tokens, restore);
  assert.deepEqual(pred.shape, [2, 4, 5]);
  assert.equal(stages.length, 3);
  const entering = tf.sub<Tensor3D>(stages[0]!, decoder_pos_embed!).arraySync();
  const { "decoder_embed.weight": weight, "decoder_embed.bias": bias } = decoder.parameters;
  const embedded = tf.add<Tensor3D>(
    tf.reshape(tf.matMul(tf.reshape(tokens, [6, 8]), weight as tf.Tensor as Tensor2D), [2, 3, 12]),
    bias!,
  ).arraySync();
  const mask = [...mask_token!.dataSync()];
  const expected = [ // restore says where each patch stands in [visible 0, visible 1, mask, mask]
    [embedded[0]![0], mask, embedded[0]![1], mask, embedded[0]![2]],
    [embedded[1]![0], embedded[1]![1], embedded[1]![2], mask, mask],
  ];
  for (const [b, rows] of expected.entries()) {
    for (const [i, row] of rows.entries()) {
      for (const [d, value] of row!.entries()) assert.ok(Math.abs(entering[b]![i]![d]! - value) < 1e-6); // float32
    }
  }
});

Deno.test("MaeDecoder's mask token and embedding learn, its positions do not", () => {
  const decoder = new MaeDecoder(config, prng);
  const { grads } = valueAndGrads(
    () => tf.tidy(() => tf.mean(tf.square(decoder.forward(tokens, restore).pred)) as tf.Scalar),
    decoder.parameters,
  );
  assert.deepEqual(
    Object.keys(grads).sort(),
    Object.keys(decoder.parameters).filter((name) => name !== "decoder_pos_embed").sort(),
  );
  for (const name of ["mask_token", "decoder_embed.weight", "decoder_pred.weight"]) {
    assert.ok(tf.max(tf.abs(grads[name]!)).dataSync()[0]! > 1e-6, name);
  }
});

Deno.test("MAE of base size has the official numbers of tensors and of parameters", () => {
  const numbersOf = (dim: number) => { // at three small widths, as a polynomial of the width tells the rest
    const encoder = new PatchTransformer({
      ...vitSizes.base,
      dim,
      numHeads: 4,
      imageHeight: 224,
      imageWidth: 224,
      channels: 3,
      patchSize: 16,
      dropPathRate: 0,
      family: "vit",
      layerScaleInit: 0,
      maskToken: false,
    }, prng);
    const decoder = new MaeDecoder({
      encoderDim: dim,
      gridHeight: 14,
      gridWidth: 14,
      dim,
      depth: 8,
      numHeads: 4,
      mlpRatio: 4,
      outDim: 768,
    }, prng);
    const counts = [encoder, decoder].map(({ parameters }) =>
      Object.values(parameters).filter(({ trainable }) => trainable).reduce((sum, { size }) => sum + size, 0)
    );
    const tensors = Object.keys(encoder.parameters).length + Object.keys(decoder.parameters).length;
    tf.dispose([...Object.values(encoder.parameters), ...Object.values(decoder.parameters)]);
    return { counts, tensors };
  };
  assert.equal(numbersOf(4).tensors, 254);
  const encoderAt = (dim: number) => 12 * (12 * dim ** 2 + 13 * dim) + 768 * dim + 4 * dim; // blocks, patches, class token, norm
  const decoderAt = (dim: number, from: number) =>
    from * dim + dim + dim + 8 * (12 * dim ** 2 + 13 * dim) + 2 * dim + dim * 768 + 768;
  for (const dim of [4, 8, 12]) {
    assert.deepEqual(numbersOf(dim).counts, [encoderAt(dim), decoderAt(dim, dim)]);
  }
  assert.equal(encoderAt(768), 85_647_360);
  assert.equal(decoderAt(512, 768), 26_008_320);
});

Deno.test("MaeDecoder has positions for 16,384 patches", () => { // more numbers than a call has arguments
  const { parameters } = new MaeDecoder({ ...config, gridHeight: 128, gridWidth: 128, depth: 1 }, prng);
  assert.deepEqual(parameters["decoder_pos_embed"]!.shape, [1, 1 + 128 ** 2, 12]);
  tf.dispose(Object.values(parameters));
});

Deno.test("MaeDecoder refuses an order of other rows or patches", () => {
  const decoder = new MaeDecoder(config, prng);
  assert.throws(() => decoder.forward(tokens, tf.zeros([2, 9], "int32")), {
    name: "TypeError",
    message: /cannot take tokens \[2,3,8\]/,
  });
  assert.throws(() => decoder.forward(tf.zeros([2, 3, 9]), restore), TypeError);
  assert.throws(() => decoder.forward(tf.zeros([2, 6, 8]), restore), TypeError);
});

Deno.test("MaeDecoder leaves nothing behind but what it says", () => {
  const decoder = new MaeDecoder(config, prng);
  const before = tf.memory().numTensors;
  const { stages, scores, pred } = decoder.forward(tokens, restore, { withScores: true });
  tf.dispose([...stages, ...scores, pred]);
  assert.equal(tf.memory().numTensors, before);
});
