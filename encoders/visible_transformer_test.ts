import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { distance, oracleOf, stir } from "./_test_oracle.ts";
import { PostNormBlock } from "./post_norm_block.ts";
import { sinCosPositions } from "./sin_cos_positions.ts";
import { VisibleTransformer } from "./visible_transformer.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init" });
const config = {
  imageHeight: 16,
  imageWidth: 16,
  channels: 1,
  patchSize: 4,
  dim: 16,
  depth: 3,
  numHeads: 2,
  mlpRatio: 2,
};
const images: Tensor4D = tf.randomNormal([2, 16, 16, 1], 0, 1, "float32", 1);
const keep = tf.tensor2d([[0, 5, 9], [2, 4, 15], [1, 2, 3], [7, 8, 9]], [4, 3], "int32"); // two masks of two images

Deno.test("PostNormBlock is norm2(r + mlp(r)) with r = norm1(x + attn(x)), and shows mlp(r)", () => {
  const block = new PostNormBlock({ dim: 8, numHeads: 2, mlpRatio: 2 }, prng);
  const tokens: Tensor3D = tf.randomNormal([2, 5, 8], 0, 1, "float32", 3);
  const { map, norm, gelu, attend } = oracleOf(block);
  const found = block.forward(tokens);
  for (const [b, x] of (tf.unstack(tokens) as Tensor2D[]).entries()) {
    const [q, k, v] = tf.split(map(x, "attn.qkv"), 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
    const r = norm(tf.add(x, map(attend(q, k, v, 2), "attn.proj")), "norm1", 1e-6, 1);
    const ffn = map(gelu(map(r, "mlp.fc1")), "mlp.fc2");
    assert.ok(distance(tf.unstack(found.ffn)[b]!, ffn) < 1e-5); // float32
    assert.ok(distance(tf.unstack(found.tokens)[b]!, norm(tf.add(r, ffn), "norm2", 1e-6, 1)) < 1e-5);
  }
});

Deno.test("VisibleTransformer is a norm and post-norm blocks of kept patches with their positions, after a class token without one", () => {
  const encoder = new VisibleTransformer(config, prng);
  stir(encoder);
  const { map, norm, gelu, attend } = oracleOf(encoder);
  const { tokens, ffns } = encoder.forward(images, keep);
  const pixels = images.arraySync(), places = sinCosPositions(4, 4, 16);
  for (const [row, kept] of keep.arraySync().entries()) {
    const patches = kept.map((patch) =>
      Array.from({ length: 16 }, (_, i) => {
        const [top, left] = [4 * Math.floor(patch / 4), 4 * (patch % 4)];
        return pixels[row % 2]![top + Math.floor(i / 4)]![left + i % 4]![0]!; // row r is of image r mod 2
      })
    );
    const positions = tf.tensor2d(kept.map((patch) => [...places.subarray(16 * patch, 16 * patch + 16)]));
    const embedded = tf.add(map(tf.tensor2d(patches), "patch_embed.proj"), positions);
    const classToken = tf.reshape(encoder.parameters.cls_token!, [1, 16]);
    let x = norm(tf.concat([classToken, embedded]) as Tensor2D, "norm", 1e-6, 1);
    for (let block = 0; block < 3; block++) {
      const name = `blocks.${block}`;
      const [q, k, v] = tf.split(map(x, `${name}.attn.qkv`), 3, 1) as [Tensor2D, Tensor2D, Tensor2D];
      const r = norm(tf.add(x, map(attend(q, k, v, 2), `${name}.attn.proj`)), `${name}.norm1`, 1e-6, 1);
      const ffn = map(gelu(map(r, `${name}.mlp.fc1`)), `${name}.mlp.fc2`);
      assert.ok(distance(tf.unstack(ffns[block]!)[row]!, tf.slice(ffn, [1, 0])) < 1e-4); // float32, three blocks
      x = norm(tf.add(r, ffn), `${name}.norm2`, 1e-6, 1);
    }
    assert.ok(distance(tf.unstack(tokens)[row]!, x) < 1e-4);
  }
});

Deno.test("VisibleTransformer sees the kept patches only, in rows that are mask-major", () => {
  const encoder = new VisibleTransformer(config, prng);
  const { tokens, ffns } = encoder.forward(images, keep);
  assert.deepEqual(tokens.shape, [4, 4, 16]);
  assert.deepEqual(ffns.map(({ shape }) => shape), Array(3).fill([4, 3, 16]));
  const ofSecondImage = encoder.forward(
    tf.slice(images, [1, 0, 0, 0], [1, -1, -1, -1]),
    tf.slice(keep, [3, 0], [1, 3]),
  );
  assert.ok(distance(tf.slice(tokens, [3, 0, 0], [1, -1, -1]), ofSecondImage.tokens) < 1e-5);
  const whole = encoder.forward(images);
  assert.deepEqual(whole.tokens.shape, [2, 17, 16]);
});

Deno.test("VisibleTransformer learns every parameter but its positions", () => {
  const encoder = new VisibleTransformer(config, prng);
  const weigh = tf.randomNormal([4, 4, 16], 0, 1, "float32", 5);
  const { grads } = valueAndGrads(
    () => tf.tidy(() => tf.mean(tf.mul(encoder.forward(images, keep).tokens, weigh)) as tf.Scalar),
    encoder.parameters,
  );
  assert.deepEqual(
    Object.keys(grads).sort(),
    Object.keys(encoder.parameters).filter((name) => name !== "pos_embed").sort(),
  );
  assert.throws(() => encoder.forward(tf.zeros([1, 8, 8, 1])), TypeError);
});
