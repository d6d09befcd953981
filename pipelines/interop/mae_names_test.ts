import assert from "node:assert/strict";
import type { NamedArrays } from "../named_arrays.ts";
import { counting, sizeOf } from "./_test_arrays.ts";
import { officialShapes } from "./_test_mae.ts";
import { decodeSafetensors, encodeSafetensors } from "../safetensors.ts";
import { maeFromHuggingFace, maeToHuggingFace } from "./mae_names.ts";

const small = officialShapes({
  patchSize: 2,
  numPatches: 4,
  encoder: { dim: 4, depth: 2 },
  decoder: { dim: 2, depth: 1 },
});
const bytesOf = (tensors: NamedArrays) => encodeSafetensors({ tensors, metadata: {} });

Deno.test("MAE's official tensors in Hugging Face's names and back are the same bytes", () => {
  const official = counting(small);
  const theirs = decodeSafetensors(bytesOf(maeToHuggingFace(official)), "memory").tensors;
  assert.deepEqual(bytesOf(maeFromHuggingFace(theirs)), bytesOf(official));
});

Deno.test("MAE's names are those that ViTMAEForPreTraining writes", () => { // save_pretrained() of transformers 4
  const block = [
    "attention.attention.key",
    "attention.attention.query",
    "attention.attention.value",
    "attention.output.dense",
    "intermediate.dense",
    "layernorm_after",
    "layernorm_before",
    "output.dense",
  ];
  const parts = [
    "decoder.decoder_embed",
    ...block.map((part) => `decoder.decoder_layers.0.${part}`),
    "decoder.decoder_norm",
    "decoder.decoder_pred",
    "vit.embeddings.patch_embeddings.projection",
    ...block.map((part) => `vit.encoder.layer.0.${part}`),
    ...block.map((part) => `vit.encoder.layer.1.${part}`),
    "vit.layernorm",
  ];
  assert.deepEqual(
    Object.keys(maeToHuggingFace(counting(small))).sort(),
    [
      ...parts.flatMap((part) => [`${part}.bias`, `${part}.weight`]),
      "decoder.decoder_pos_embed",
      "decoder.mask_token",
      "vit.embeddings.cls_token",
      "vit.embeddings.position_embeddings",
    ].sort(),
  );
});

Deno.test("queries, keys and values are the rows of attn.qkv in their turn", () => {
  const weight = { shape: [6, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12) };
  const prefix = "decoder.decoder_layers.11.attention.attention";
  assert.deepEqual(maeToHuggingFace({ "decoder_blocks.11.attn.qkv.weight": weight }), {
    [`${prefix}.query.weight`]: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    [`${prefix}.key.weight`]: { shape: [2, 2], data: Float32Array.of(5, 6, 7, 8) },
    [`${prefix}.value.weight`]: { shape: [2, 2], data: Float32Array.of(9, 10, 11, 12) },
  });
  assert.throws(
    () => maeToHuggingFace({ "blocks.0.attn.qkv.bias": { shape: [4], data: new Float32Array(4) } }),
    {
      name: "TypeError",
      message: /^Cannot share out the 4 rows of blocks\.0\.attn\.qkv\.bias among .*query\.bias, /,
    },
  );
});

Deno.test("MAE of base size has 254 tensors, 334 there, and the numbers of the published model", () => {
  const base = officialShapes({
    patchSize: 16,
    numPatches: 196,
    encoder: { dim: 768, depth: 12 },
    decoder: { dim: 512, depth: 8 },
  });
  const none = new Float32Array(0); // shapes alone: the numbers would take 450 MB
  const official = Object.fromEntries(
    Object.entries(base).map(([name, shape]) => [name, { shape, data: none }]),
  );
  const theirs = maeToHuggingFace(official);
  assert.equal(Object.keys(official).length, 254);
  assert.equal(Object.keys(theirs).length, 334);
  const total = (tensors: NamedArrays, filter: (name: string) => boolean) =>
    Object.entries(tensors).filter(([name]) => filter(name)).reduce(
      (sum, [, { shape }]) => sum + sizeOf(shape),
      0,
    );
  const isFixed = (name: string) => /pos(_embed|ition_embeddings)$/.test(name);
  assert.equal(total(theirs, (name) => !isFixed(name) && name.startsWith("vit.")), 85_647_360);
  assert.equal(total(theirs, (name) => !isFixed(name) && name.startsWith("decoder.")), 26_008_320);
  for (const tensors of [official, theirs, maeFromHuggingFace(theirs)]) {
    assert.equal(total(tensors, (name) => !isFixed(name)), 111_655_680);
    assert.equal(total(tensors, isFixed), 252_160);
    assert.equal(total(tensors, () => true), 111_907_840);
  }
});

Deno.test("an encoder alone has its names with and without vit. before them", () => {
  const official = counting(
    Object.fromEntries(Object.entries(small).filter(([name]) => !/^(decoder_|mask_token)/.test(name))),
  );
  const theirs = maeToHuggingFace(official);
  const bare = Object.fromEntries(
    Object.entries(theirs).map(([name, array]) => [name.replace("vit.", ""), array]),
  );
  assert.ok("embeddings.cls_token" in bare);
  assert.deepEqual(maeFromHuggingFace(theirs), official);
  assert.deepEqual(maeFromHuggingFace(bare), official);
});

Deno.test("the blocks of a decoder are known by what transformers 5 calls them in files", () => {
  const official = counting(small);
  const renamed = Object.entries(maeToHuggingFace(official)).map(([name, array]) => [
    name.replace("decoder.decoder_layers.0.", "decoder.decoder_encoder.layer.0."),
    array,
  ]);
  assert.deepEqual(maeFromHuggingFace(Object.fromEntries(renamed)), official);
});

Deno.test("tensors that MAE does not have, and parts of tensors, are named", () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  assert.throws(() => maeToHuggingFace({ ...counting(small), "head.weight": one, "blocks.0.gamma_1": one }), {
    name: "CheckpointError",
    message: "MAE has no head.weight, blocks.0.gamma_1: leave them out if they are not needed",
  });
  assert.throws(() => maeFromHuggingFace({ "classifier.weight": one, "vit.layernorm.scale": one }), {
    name: "CheckpointError",
    message: /^Hugging Face's ViTMAEForPreTraining has no classifier\.weight, vit\.layernorm\.scale: /,
  });
  const { "vit.encoder.layer.1.attention.attention.key.weight": _, ...rest } = maeToHuggingFace(
    counting(small),
  );
  assert.throws(() => maeFromHuggingFace(rest), {
    name: "CheckpointError",
    message: "Hugging Face's ViTMAEForPreTraining lacks vit.encoder.layer.1.attention.attention.key.weight",
  });
  const query = "vit.encoder.layer.0.attention.attention.query.bias";
  assert.throws(() => maeFromHuggingFace({ ...maeToHuggingFace(counting(small)), [query]: one }), {
    name: "CheckpointError",
    message: /query\.bias, .*key\.bias, .*value\.bias have the shapes \[1\], \[4\], \[4\], not one$/,
  });
});
