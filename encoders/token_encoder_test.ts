import { normals, stream } from "@lacuna/random";
import { layerNorm, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { PatchTransformer } from "./patch_transformer.ts";
import type { TokenEncoder } from "./token_encoder.ts";
import { VisibleTransformer } from "./visible_transformer.ts";
import { VisionTransformer } from "./vision_transformer.ts";

await useDevice("cpu");

const sizes = {
  imageHeight: 8,
  imageWidth: 8,
  channels: 1,
  patchSize: 4,
  dim: 8,
  depth: 3,
  numHeads: 2,
  mlpRatio: 2,
};
const prng = stream({ seed: 0, name: "init" });
const normed = (x: Tensor3D): Tensor3D => layerNorm(x, tf.ones([8]), tf.zeros([8]), 1e-6);
const normedRows = (x: Tensor2D): Tensor2D => layerNorm(x, tf.ones([8]), tf.zeros([8]), 1e-6);
const patchesOf = (x: Tensor3D): Tensor3D => tf.slice(x, [0, 1, 0], [-1, -1, -1]);
const images: tf.Tensor4D = tf.tensor4d(normals(3 * 64, stream({ seed: 1, name: "images" })), [3, 8, 8, 1]);

/** Encoders, and what their patches' tokens have to be, found another way. */
const encoders: Record<string, () => [TokenEncoder, Tensor3D?]> = {
  "PatchTransformer of MAE": () => {
    const encoder = new PatchTransformer(
      { ...sizes, family: "vit", layerScaleInit: 0, maskToken: false, dropPathRate: 0 },
      prng,
    );
    return [encoder, patchesOf(encoder.forward(images))];
  },
  "PatchTransformer of BEiT": () => {
    const encoder = new PatchTransformer(
      { ...sizes, family: "beit", layerScaleInit: 0.1, maskToken: true, dropPathRate: 0 },
      prng,
    );
    return [encoder, patchesOf(encoder.forward(images))];
  },
  VisibleTransformer: () => {
    const encoder = new VisibleTransformer(sizes, prng);
    return [encoder, normed(patchesOf(encoder.forward(images).tokens))];
  },
  VisionTransformer: () => [
    new VisionTransformer({ ...sizes, numClassBlocks: 1, layerScaleInit: 0.1, dropPathRate: 0 }, prng),
  ],
};

function near(a: Tensor, b: Tensor, tolerance = 1e-5): void { // float32, depth 3
  assert.deepEqual(a.shape, b.shape);
  const values = b.dataSync();
  a.dataSync().forEach((x, i) =>
    assert.ok(Math.abs(x - values[i]!) < tolerance, `${i}: ${x} and ${values[i]}`)
  );
}

for (const [name, make] of Object.entries(encoders)) {
  Deno.test(`${name}: patch tokens are what its forward pass makes them of, and the last layer's mean is theirs`, () => {
    const [encoder, expected] = make();
    const tokens = encoder.patchTokens(images);
    assert.deepEqual(tokens.shape, [3, 4, 8]);
    if (expected) near(normed(tokens), expected, 1e-4);
    const layers = encoder.layerVectors(images);
    assert.equal(layers.length, 3);
    near(tf.slice(layers[2]!, [0, layers[2]!.shape[1] - 8], [3, 8]), tf.mean(tokens, 1));
    const hasClassToken = layers[2]!.shape[1] === 16;
    const ofClass = encoder.classVector(images);
    if (hasClassToken) near(normedRows(ofClass), normedRows(tf.slice(layers[2]!, [0, 0], [3, 8])), 1e-2); // a small token feels the epsilon of each norm
    else assert.deepEqual(ofClass.shape, [3, 8]);
  });

  Deno.test(`${name}: a tunable copy says the same, learns by every parameter, and is its own`, () => {
    const [encoder] = make();
    const copy = encoder.tunable(0.5);
    near(copy.patchTokens(images), encoder.patchTokens(images));
    assert.ok(Object.values(copy.parameters).every((parameter) => parameter.trainable));
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.square(copy.patchTokens(images, stream({ seed: 2, name: "drop" })))),
      Object.values(copy.parameters) as tf.Variable[],
    );
    assert.equal(Object.keys(grads).length, Object.keys(copy.parameters).length);
    const before = encoder.patchTokens(images).dataSync();
    for (const parameter of Object.values(copy.parameters)) parameter.assign(tf.mul(parameter, 2));
    assert.deepEqual(encoder.patchTokens(images).dataSync(), before);
    tf.dispose([grads, Object.values(copy.parameters)]);
  });

  Deno.test(`${name}: drop path drops in training alone`, () => {
    const copy = make()[0].tunable(0.9);
    const drop = stream({ seed: 0, name: "drop" });
    assert.deepEqual(copy.patchTokens(images, drop).dataSync(), copy.patchTokens(images, drop).dataSync());
    assert.notDeepEqual(copy.patchTokens(images, drop).dataSync(), copy.patchTokens(images).dataSync());
  });
}
