import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { permutation, stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { distance } from "./_test_oracle.ts";
import { copyParameters } from "./copy_parameters.ts";
import { VisionTransformer } from "./vision_transformer.ts";
import type { VisionTransformerConfig } from "./vision_transformer_config.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init/encoder" });
const config: VisionTransformerConfig = {
  imageHeight: 16,
  imageWidth: 16,
  channels: 3,
  patchSize: 8,
  dim: 16,
  depth: 2,
  numHeads: 2,
  mlpRatio: 4,
  numClassBlocks: 2,
  layerScaleInit: 0.1,
  dropPathRate: 0.1,
};
const keepOf = (rows: number[][]): Tensor2D => tf.tensor2d(rows, [rows.length, rows[0]!.length], "int32");
const imagesOf = (batchSize: number): Tensor4D =>
  tf.randomNormal([batchSize, 16, 16, 3], 0, 1, "float32", 11);

/**
 * Fills the parameters with the numbers for which the official code's outputs are known. Element i of the
 * k-th official tensor, in order of names, is 0.1 · sin(0.37 · i + k), plus 1 in the weight of a norm.
 * Official weights are [out, in] or [D, C, p, p].
 */
function fillGolden(encoder: VisionTransformer): void {
  const names = Object.keys(encoder.parameters).filter((name) => name !== "pos_embed").sort();
  assert.equal(names.length, 65);
  names.forEach((name, k) => {
    const parameter = encoder.parameters[name]!;
    const isNorm = name.includes("norm") && name.endsWith("weight");
    const wave = Float32Array.from(
      { length: parameter.size },
      (_, i) => 0.1 * Math.sin(0.37 * i + k) + (isNorm ? 1 : 0),
    );
    parameter.assign(tf.tidy(() => {
      if (name === "patch_embed.proj.weight") { // [D, C, p, p] → [p, p, C, D]
        return tf.reshape(tf.transpose(tf.tensor4d(wave, [16, 3, 8, 8]), [2, 3, 1, 0]), parameter.shape);
      }
      if (parameter.rank !== 2) return tf.tensor(wave, parameter.shape);
      return tf.transpose(tf.tensor2d(wave, [parameter.shape[1]!, parameter.shape[0]!]));
    }));
  });
}

/** The two images of the golden values, x_i = sin(0.1 · i) over [2, 3, 16, 16]. */
function goldenImages(): Tensor4D {
  const pixels = Float32Array.from({ length: 2 * 3 * 16 * 16 }, (_, i) => Math.sin(0.1 * i));
  return tf.transpose(tf.tensor4d(pixels, [2, 3, 16, 16]), [0, 2, 3, 1]);
}

Deno.test("VisionTransformer gives the outputs of the official ExtreMA code in float64", () => {
  const encoder = new VisionTransformer(config, prng);
  fillGolden(encoder);
  const keep = keepOf([[0, 2], [0, 2], [1, 3], [3, 1]]); // two masks of two images
  const actual = tf.concat([encoder.forward(goldenImages()), encoder.forward(goldenImages(), { keep })]);
  const firstFour = tf.slice(actual, [0, 0], [-1, 4]);
  const official = tf.tensor2d([
    [-1.09289466, -1.31537768, 0.43711923, -0.19961480], // all patches
    [-1.09783371, -1.31925515, 0.43739921, -0.19288837],
    [-1.15509895, -1.36281681, 0.43889299, -0.11613369], // patches 0 and 2
    [-1.15846085, -1.36428269, 0.44030098, -0.10872462],
    [-1.10162975, -1.33986414, 0.41149126, -0.23553611], // patches 1 and 3
    [-1.11001767, -1.34870039, 0.40894929, -0.22918183],
  ]);
  assert.ok(distance(firstFour, official) < 1e-4); // float32 against float64
});

Deno.test("VisionTransformer has the official parameter names and fixed positions", () => {
  const { parameters } = new VisionTransformer(config, prng);
  const pair = (name: string) => [`${name}.bias`, `${name}.weight`];
  const block = ["norm1", "attn.qkv", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2"].flatMap(pair);
  const classBlock = ["norm1", "attn.q", "attn.k", "attn.v", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2"]
    .flatMap(pair);
  const names = [
    ...[0, 1].flatMap((i) => block.map((name) => `blocks.${i}.${name}`)),
    ...[0, 1].flatMap((i) =>
      [...classBlock, "gamma_1", "gamma_2"].map((name) => `blocks_token.${i}.${name}`)
    ),
    ...pair("norm"),
    ...pair("patch_embed.proj"),
    "cls_token",
    "pos_embed",
  ];
  assert.deepEqual(Object.keys(parameters).sort(), names.sort());
  assert.deepEqual(Object.entries(parameters).filter(([, p]) => !p.trainable).map(([name]) => name), [
    "pos_embed",
  ]);
});

Deno.test("VisionTransformer B/16 would have the official number of trainable parameters", () => {
  const sizeAt = (dim: number, depth: number, numClassBlocks: number) => {
    const tiny = {
      ...config,
      imageHeight: 32,
      imageWidth: 32,
      patchSize: 16,
      numHeads: 1,
      dim,
      depth,
      numClassBlocks,
    };
    const { parameters } = new VisionTransformer(tiny, prng);
    const size = Object.values(parameters).reduce((sum, p) => sum + (p.trainable ? p.size : 0), 0);
    tf.dispose(parameters);
    return size;
  };
  // Sizes are linear in depth and blocks and quadratic in width, so small models tell those of the large one
  const quadratic = (size: (dim: number) => number, at: number): number => { // Lagrange through 4, 8 and 12
    const [a, b, c] = [size(4), size(8), size(12)];
    return a * (at - 8) * (at - 12) / 32 - b * (at - 4) * (at - 12) / 16 + c * (at - 4) * (at - 8) / 32;
  };
  const perBlock = quadratic((dim) => sizeAt(dim, 2, 1) - sizeAt(dim, 1, 1), 768);
  const perClassBlock = quadratic((dim) => sizeAt(dim, 1, 2) - sizeAt(dim, 1, 1), 768);
  assert.equal(2 * perClassBlock, 14_178_816);
  assert.equal(quadratic((dim) => sizeAt(dim, 1, 1), 768) + 11 * perBlock + perClassBlock, 99_826_176);
});

Deno.test("VisionTransformer does not care for the order of kept patches, but for which they are", () => {
  const encoder = new VisionTransformer({ ...config, patchSize: 4 }, prng); // 16 patches
  const images = imagesOf(1);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 15 }), fc.nat(), (numKept, seed) => {
      tf.tidy(() => {
        const kept = [...permutation(16, stream({ seed, name: "mask" }))].slice(0, numKept);
        const [shuffled, sorted] = [kept, kept.toSorted((a, b) => a - b)].map((row) =>
          encoder.forward(images, { keep: keepOf([row]) })
        );
        assert.ok(distance(shuffled!, sorted!) < 1e-5); // sums in another order
        const others = [...Array(16).keys()].filter((i) => !kept.includes(i)).slice(0, numKept);
        assert.ok(distance(sorted!, encoder.forward(images, { keep: keepOf([others]) })) > 1e-4);
      });
    }),
    { numRuns: 10 },
  );
});

Deno.test("VisionTransformer gives each kept patch its own position: on a blank image only they differ", () => {
  const encoder = new VisionTransformer(config, prng);
  const blank = tf.zeros<tf.Rank.R4>([1, 16, 16, 3]);
  assert.ok(
    distance(
      encoder.forward(blank, { keep: keepOf([[0]]) }),
      encoder.forward(blank, { keep: keepOf([[3]]) }),
    ) > 1e-4,
  );
});

Deno.test("VisionTransformer's rows are mask-major: row i·B + b is mask i of image b", () => {
  const encoder = new VisionTransformer(config, prng);
  const images = imagesOf(2);
  const rows = [[0, 1], [2, 3], [1, 2], [3, 0]];
  const together = tf.unstack(encoder.forward(images, { keep: keepOf(rows) }));
  rows.forEach((row, r) => {
    const image = tf.slice(images, [r % 2, 0, 0, 0], [1, -1, -1, -1]);
    assert.ok(distance(together[r]!, tf.squeeze(encoder.forward(image, { keep: keepOf([row]) }))) < 1e-5);
  });
});

Deno.test("VisionTransformer with copied weights and all patches kept is its teacher", () => {
  const [student, teacher] = [1, 2].map((seed) =>
    new VisionTransformer(config, stream({ seed, name: "init/encoder" }))
  ) as [VisionTransformer, VisionTransformer];
  copyParameters(student.parameters, teacher.parameters);
  const keep = keepOf([[0, 1, 2, 3], [0, 1, 2, 3]]);
  assert.ok(distance(student.forward(imagesOf(2), { keep }), teacher.forward(imagesOf(2))) < 1e-6);
});

Deno.test("VisionTransformer with LayerScale 0 gives norm(cls_token) for any image", () => {
  const encoder = new VisionTransformer({ ...config, layerScaleInit: 0 }, prng);
  const token = encoder.parameters.cls_token!.dataSync<"float32">();
  const mean = token.reduce((sum, x) => sum + x) / 16;
  const variance = token.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 16;
  const normed = [...token].map((x) => (x - mean) / Math.sqrt(variance + 1e-6));
  assert.ok(distance(encoder.forward(imagesOf(2)), tf.tensor2d([normed, normed])) < 1e-5);
  const plain = encoder.forward(imagesOf(1), { finalNorm: false });
  assert.deepEqual(plain.dataSync(), token); // the probe's vector skips the norm
});

Deno.test("VisionTransformer drops paths by its stream alone, and only when it is given one", () => {
  const encoder = new VisionTransformer({ ...config, dropPathRate: 0.5 }, prng);
  const images = imagesOf(8);
  const at = (step: number) =>
    encoder.forward(images, { dropPath: stream({ seed: 0, name: "drop-path", step }) }).dataSync();
  assert.deepEqual(at(1), at(1));
  assert.notDeepEqual(at(1), at(2));
  assert.deepEqual(encoder.forward(images).dataSync(), encoder.forward(images).dataSync());
  assert.notDeepEqual(at(1), encoder.forward(images).dataSync());
});

Deno.test("VisionTransformer starts as a function of seed and name: depth changes no other parameter", () => {
  const [shallow, deep] = [2, 3].map((depth) => new VisionTransformer({ ...config, depth }, prng).parameters);
  for (const [name, parameter] of Object.entries(shallow!)) {
    assert.deepEqual(deep![name]!.dataSync(), parameter.dataSync(), name);
  }
  const token = shallow!.cls_token!.dataSync<"float32">();
  assert.ok(Math.max(...token.map(Math.abs)) < 0.1); // 16 draws of deviation 0.02
});

Deno.test("VisionTransformer's gradient of every parameter is its slope by finite differences", () => {
  const encoder = new VisionTransformer({ ...config, depth: 1, numClassBlocks: 1, layerScaleInit: 1 }, prng);
  const images = imagesOf(2);
  const weights = tf.randomNormal([4, 16], 0, 1, "float32", 6);
  const keep = keepOf([[0, 1], [2, 3], [1, 2], [3, 0]]);
  const loss = () => tf.tidy(() => tf.sum<tf.Scalar>(tf.mul(encoder.forward(images, { keep }), weights)));
  const { grads } = valueAndGrads(loss, encoder.parameters);
  assert.ok(!("pos_embed" in grads));
  for (const [name, grad] of Object.entries(grads)) {
    if (name.endsWith("attn.k.bias")) continue; // the same for all scores: no slope
    const parameter = encoder.parameters[name]!;
    const length = tf.norm(grad).dataSync()[0]!;
    const start = tf.clone(parameter);
    const along = (step: number) => {
      parameter.assign(tf.tidy(() => tf.add(start, tf.mul(grad, step / length))));
      return loss().dataSync()[0]!;
    };
    const slope = (along(0.01) - along(-0.01)) / 0.02; // along the gradient, so it is the gradient's length
    parameter.assign(start);
    assert.ok(length > 1e-3, `${name} has no gradient`);
    assert.ok(Math.abs(slope / length - 1) < 0.03, `${name}: ${slope} is not ${length}`); // float32, step
  }
});

Deno.test("VisionTransformer.attentionMap() shows where the instance query looks", () => {
  const encoder = new VisionTransformer({ ...config, patchSize: 4 }, prng);
  const map = encoder.attentionMap(imagesOf(3));
  assert.deepEqual(map.shape, [3, 2, 16]);
  const totals = tf.sum(map, -1).dataSync<"float32">();
  assert.ok(totals.every((total) => total > 0 && total < 1)); // the class token keeps the rest for itself
});

Deno.test("VisionTransformer leaves nothing behind, with gradients or without", () => {
  const encoder = new VisionTransformer(config, prng);
  const [images, keep] = [imagesOf(2), keepOf([[0, 1], [2, 3], [1, 2], [3, 0]])];
  const dropPath = stream({ seed: 0, name: "drop-path" });
  const before = tf.memory().numTensors;
  tf.dispose([encoder.forward(images, { keep, dropPath }), encoder.attentionMap(images)]);
  tf.dispose(
    valueAndGrads(
      () => tf.tidy(() => tf.mean<tf.Scalar>(encoder.forward(images, { keep, dropPath }))),
      encoder.parameters,
    ),
  );
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("VisionTransformer says which size does not fit, and what to do", () => {
  const build = (change: Partial<VisionTransformerConfig>) => () =>
    new VisionTransformer({ ...config, ...change }, prng);
  const rangeError = (message: RegExp) => ({ name: "RangeError", message });
  assert.throws(
    build({ patchSize: 5 }),
    rangeError(/16×16 into patches of 5×5: choose a patch size that divides both/),
  );
  assert.throws(
    build({ numHeads: 3 }),
    rangeError(/width 16 into 3 heads: choose a number of heads that divides 16/),
  );
  assert.throws(build({ dim: 18 }), rangeError(/width 18: choose a multiple of 4/));
  assert.throws(build({ depth: 1.5 }), rangeError(/depth 1\.5: choose an integer/));
  assert.throws(build({ numClassBlocks: 0 }), rangeError(/numClassBlocks 0/));
  assert.throws(build({ mlpRatio: 1.7 }), rangeError(/1\.7 times as wide as 16/));
  assert.throws(build({ dropPathRate: 1 }), rangeError(/rate 1: choose one in \[0, 1\)/));
  const encoder = new VisionTransformer(config, prng);
  assert.throws(() => encoder.forward(tf.zeros([1, 16, 16, 1])), {
    name: "TypeError",
    message: /\[1,16,16,1\]/,
  });
});
