import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { distance } from "./_test_oracle.ts";
import { PatchTransformer } from "./patch_transformer.ts";
import type { PatchTransformerConfig } from "./patch_transformer_config.ts";

await useDevice("cpu");
const config: PatchTransformerConfig = {
  imageHeight: 16,
  imageWidth: 16,
  channels: 3,
  patchSize: 4,
  dim: 16,
  depth: 3,
  numHeads: 2,
  mlpRatio: 2,
  dropPathRate: 0,
  family: "vit",
  layerScaleInit: 0,
  maskToken: false,
};
const beit: PatchTransformerConfig = { ...config, family: "beit", layerScaleInit: 0.1, maskToken: true };
const prng = stream({ seed: 0, name: "init" });
const images = (name = 7): Tensor4D => tf.randomNormal([2, 16, 16, 3], 0, 1, "float32", name);
const keep = tf.tensor2d([[0, 5, 9], [2, 4, 15]], [2, 3], "int32");

/** Images that differ from `images()` in the hidden patches alone: those that no row of `visible` names. */
function changedWhereHidden(visible: readonly (readonly number[])[]): Tensor4D {
  const changed = images().arraySync();
  for (const [b, kept] of visible.entries()) {
    for (let patch = 0; patch < 16; patch++) {
      if (kept.includes(patch)) continue;
      const [top, left] = [4 * Math.floor(patch / 4), 4 * (patch % 4)];
      for (let i = 0; i < 16; i++) changed[b]![top + Math.floor(i / 4)]![left + i % 4] = [9, -9, 9];
    }
  }
  return tf.tensor4d(changed);
}

Deno.test("PatchTransformer has the official parameter names of either family", () => {
  const block = [
    "norm1.weight",
    "norm1.bias",
    "attn.proj.weight",
    "attn.proj.bias",
    "norm2.weight",
    "norm2.bias",
  ]
    .concat(["mlp.fc1.weight", "mlp.fc1.bias", "mlp.fc2.weight", "mlp.fc2.bias", "attn.qkv.weight"]);
  const blocks = (names: readonly string[]) =>
    [0, 1, 2].flatMap((i) => names.map((name) => `blocks.${i}.${name}`));
  const shared = [
    "cls_token",
    "patch_embed.proj.weight",
    "patch_embed.proj.bias",
    "norm.weight",
    "norm.bias",
  ];
  assert.deepEqual(
    Object.keys(new PatchTransformer(config, prng).parameters).sort(),
    [...shared, "pos_embed", ...blocks([...block, "attn.qkv.bias"])].sort(),
  );
  assert.deepEqual(
    Object.keys(new PatchTransformer(beit, prng).parameters).sort(),
    [
      ...shared,
      "mask_token",
      "rel_pos_bias.relative_position_bias_table",
      ...blocks([...block, "attn.q_bias", "attn.v_bias", "gamma_1", "gamma_2"]),
    ].sort(),
  );
});

Deno.test("PatchTransformer neither sees patches that are not kept, nor those that are masked", () => {
  const encoder = new PatchTransformer(config, prng);
  const hidden = changedWhereHidden([[0, 5, 9], [2, 4, 15]]);
  assert.equal(distance(encoder.forward(images(), { keep }), encoder.forward(hidden, { keep })), 0);
  assert.ok(distance(encoder.forward(images()), encoder.forward(hidden)) > 0.01);

  const host = new PatchTransformer(beit, prng);
  const mask: Tensor2D = tf.tensor2d(
    [[0, 5, 9], [2, 4, 15]].map((kept) => Array.from({ length: 16 }, (_, i) => kept.includes(i) ? 0 : 1)),
  );
  assert.equal(distance(host.forward(images(), { mask }), host.forward(hidden, { mask })), 0);
});

Deno.test("PatchTransformer replaces masked patches by one vector before positions", () => {
  const { stages } = new PatchTransformer(beit, prng).forwardStages(images(), { mask: tf.ones([2, 16]) });
  const [first] = stages[0]!.arraySync();
  for (const row of first!.slice(2)) assert.deepEqual(row, first![1]); // no positions are added in this family
  const withPositions = new PatchTransformer({ ...config, maskToken: true }, prng);
  const [entering] = withPositions.forwardStages(images(), { mask: tf.ones([2, 16]) }).stages[0]!.arraySync();
  assert.notDeepEqual(entering![2], entering![1]);
});

for (const [name, sizes] of Object.entries({ vit: config, beit })) {
  Deno.test(`PatchTransformer "${name}": forwardStages() ends where forward() does`, () => {
    const encoder = new PatchTransformer({ ...sizes, dropPathRate: 0.5 }, prng);
    const dropPath = stream({ seed: 0, name: "drop-path" });
    for (const options of [{}, { dropPath }]) {
      const { stages, tokens } = encoder.forwardStages(images(), options);
      assert.equal(stages.length, 4);
      assert.ok(distance(tokens, encoder.forward(images(), options)) < 1e-5); // float32, sums in another order
    }
  });

  Deno.test(`PatchTransformer "${name}": every parameter has the slope of finite differences`, () => {
    const encoder = new PatchTransformer({ ...sizes, depth: 2, maskToken: true }, prng);
    const mask: Tensor2D = tf.tile(tf.tensor2d([[0, 1, 1, 0]]), [2, 4]);
    for (const [i, [key, parameter]] of Object.entries(encoder.parameters).entries()) { // larger than they start, so that all matter
      const centre = /norm\d?\.weight|gamma/.test(key) ? 1 : 0;
      if (key !== "pos_embed") {
        parameter.assign(tf.randomNormal(parameter.shape, centre, 0.2, "float32", i + 1));
      }
    }
    const weigh = tf.randomNormal([2, 17, 16], 0, 1, "float32", 3);
    const lossOf = () =>
      tf.tidy(() => tf.mean(tf.mul(encoder.forward(images(), { mask }), weigh)) as tf.Scalar);
    const { grads } = valueAndGrads(lossOf, encoder.parameters);
    const trainable = Object.keys(encoder.parameters).filter((key) => key !== "pos_embed");
    assert.deepEqual(Object.keys(grads).sort(), trainable.sort());
    for (const key of trainable) {
      const parameter = encoder.parameters[key]!;
      const grad = grads[key]!;
      const norm = Math.sqrt(tf.sum(tf.square(grad)).dataSync()[0]!);
      if (norm < 1e-6) continue; // the bias of keys adds the same to all scores of a softmax
      const step = 1e-2;
      const start = parameter.clone();
      const at = (sign: number) => {
        parameter.assign(tf.add(start, tf.mul(grad, sign * step / norm)));
        return lossOf().dataSync()[0]!;
      };
      const slope = (at(1) - at(-1)) / (2 * step);
      parameter.assign(start);
      assert.ok(Math.abs(slope / norm - 1) < 0.03, `${key}: ${slope} is not ${norm}`); // float32 differences of 1e-4 to 1e-2
    }
  });
}

Deno.test("PatchTransformer shuts keys off where the score bias says so, and shows scores before it", () => {
  const encoder = new PatchTransformer(config, prng);
  const off = tf.tensor4d([[[Array.from({ length: 17 }, (_, key) => key === 3 ? -1e9 : 0)]]]); // [1, 1, 1, 17]: patch 2
  const kept = [...Array(16).keys()].filter((patch) => patch !== 2);
  const changed = changedWhereHidden([kept, kept]);
  const others = tf.tensor1d([...Array(17).keys()].filter((row) => row !== 3), "int32");
  const rows = (input: Tensor4D) =>
    tf.gather(encoder.forwardStages(input, { scoreBias: () => off }).tokens, others, 1);
  assert.equal(distance(rows(images()), rows(changed)), 0);
  const { scores } = encoder.forwardStages(images(), { withScores: true });
  const biased = encoder.forwardStages(images(), { withScores: true, scoreBias: () => off });
  assert.deepEqual(scores.map(({ shape }) => shape), Array(3).fill([2, 2, 17, 17]));
  assert.equal(distance(scores[0]!, biased.scores[0]!), 0);
});

Deno.test("PatchTransformer's scores are those that its attention uses, the relative bias among them", () => {
  const encoder = new PatchTransformer({ ...beit, depth: 1 }, prng);
  const table = encoder.parameters["rel_pos_bias.relative_position_bias_table"]!;
  const before = encoder.forwardStages(images(), { withScores: true });
  table.assign(tf.randomNormal(table.shape));
  const after = encoder.forwardStages(images(), { withScores: true });
  assert.ok(distance(before.scores[0]!, after.scores[0]!) > 0.5);
  assert.ok(distance(before.stages[1]!, after.stages[1]!) > 1e-5);
});

Deno.test("PatchTransformer has positions for 16,384 patches", () => { // more numbers than a call has arguments
  const encoder = new PatchTransformer({ ...config, imageHeight: 512, imageWidth: 512, depth: 1 }, prng);
  const { pos_embed } = encoder.parameters;
  assert.deepEqual(pos_embed!.shape, [1, 1 + 128 ** 2, 16]);
  assert.deepEqual([...pos_embed!.dataSync().subarray(0, 16)], Array(16).fill(0)); // the class token's
  tf.dispose(Object.values(encoder.parameters));
});

Deno.test("PatchTransformer says what does not fit", () => {
  const encoder = new PatchTransformer(config, prng), host = new PatchTransformer(beit, prng);
  assert.throws(() => encoder.forward(tf.zeros([2, 8, 8, 3])), { name: "TypeError", message: /resize them/ });
  assert.throws(() => encoder.forward(images(), { mask: tf.zeros([2, 16]) }), {
    name: "TypeError",
    message: /mask token/,
  });
  assert.throws(() => host.forward(images(), { mask: tf.zeros([2, 9]) }), TypeError);
  assert.throws(() => host.forward(images(), { keep }), { name: "TypeError", message: /mask them instead/ });
  assert.throws(() => new PatchTransformer({ ...config, numHeads: 3 }, prng), RangeError);
  for (const given of [{ positions: "relative" }, { positions: "both" }, { initStd: 0.02 }] as const) {
    assert.throws(() => new PatchTransformer({ ...config, ...given }, prng), {
      name: "RangeError",
      message: /the family "vit" with .* choose "beit"$/,
    });
  }
  assert.throws(() => new PatchTransformer({ ...config, depth: 0 }, prng), {
    message: "Cannot build an encoder with depth 0: choose an integer of at least 1",
  });
});

Deno.test("PatchTransformer leaves nothing behind but its tokens", () => {
  const encoder = new PatchTransformer(beit, prng), input = images();
  const before = tf.memory().numTensors;
  encoder.forward(input, { mask: tf.zeros([2, 16]) }).dispose();
  const { stages, scores, tokens } = encoder.forwardStages(input, { withScores: true });
  tf.dispose([...stages, ...scores, tokens]);
  assert.equal(tf.memory().numTensors, before + 1); // the mask of this test
});
