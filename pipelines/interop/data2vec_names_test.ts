import assert from "node:assert/strict";
import type { NamedArrays } from "../named_arrays.ts";
import { decodeSafetensors, encodeSafetensors } from "../safetensors.ts";
import { counting } from "./_test_arrays.ts";
import { huggingFaceShapes } from "./_test_data2vec.ts";
import { data2vecFromHuggingFace, data2vecToHuggingFace } from "./data2vec_names.ts";

const theirs = counting(
  huggingFaceShapes({ dim: 4, depth: 2, numHeads: 2, hiddenDim: 6, patchSize: 2, numOffsets: 12 }),
);

Deno.test("Data2VecVisionModel's tensors in official names and back, through files, are the same", () => {
  const through = (tensors: NamedArrays) =>
    decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }), "memory").tensors;
  const official = through(data2vecFromHuggingFace(through(theirs)));
  assert.equal(Object.keys(official).length, 37); // 41, less two for each of the two blocks
  assert.deepEqual(through(data2vecToHuggingFace(official)), theirs);
});

Deno.test("their official names are BEiT's", () => { // modeling_finetune.py and modeling_cyclical.py of data2vec's authors
  const block = ["attn.q_bias", "attn.v_bias", "attn.qkv.weight", "gamma_1", "gamma_2"].concat(
    ["attn.proj", "mlp.fc1", "mlp.fc2", "norm1", "norm2"].flatMap((
      part,
    ) => [`${part}.weight`, `${part}.bias`]),
  );
  const official = data2vecFromHuggingFace(theirs);
  assert.deepEqual(
    Object.keys(official).sort(),
    [
      "cls_token",
      "mask_token",
      "patch_embed.proj.weight",
      "patch_embed.proj.bias",
      "rel_pos_bias.relative_position_bias_table",
      "norm.weight",
      "norm.bias",
      ...[0, 1].flatMap((i) => block.map((name) => `blocks.${i}.${name}`)),
    ].sort(),
  );
  const part = (name: string) => [...theirs[`encoder.layer.1.attention.attention.${name}.weight`]!.data];
  assert.deepEqual(
    [...official["blocks.1.attn.qkv.weight"]!.data],
    [...part("query"), ...part("key"), ...part("value")],
  );
});

Deno.test("models with a head have the same names behind a prefix", () => {
  const prefixed = Object.entries(theirs).map(([name, array]) => [`data2vec_vision.${name}`, array]);
  assert.deepEqual(data2vecFromHuggingFace(Object.fromEntries(prefixed)), data2vecFromHuggingFace(theirs));
});

Deno.test("tensors of fine-tuned models, heads and missing parts are named", () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  const table = "encoder.layer.0.attention.attention.relative_position_bias.relative_position_bias_table";
  assert.throws(() => data2vecFromHuggingFace({ ...theirs, "pooler.layernorm.weight": one, [table]: one }), {
    name: "CheckpointError",
    message: new RegExp(`has no pooler\\.layernorm\\.weight, ${table}: leave them out`),
  });
  const { "encoder.layer.0.attention.attention.value.weight": _, ...rest } = theirs;
  assert.throws(() => data2vecFromHuggingFace(rest), {
    message: /lacks encoder\.layer\.0\.attention\.attention\.value\.weight$/,
  });
  const key = "blocks.0.attn.qkv.bias"; // keys have none
  assert.throws(() => data2vecToHuggingFace({ "lm_head.weight": one, [key]: one }), {
    name: "CheckpointError",
    message: /^The encoder of BEiT's family has no lm_head\.weight, blocks\.0\.attn\.qkv\.bias: /,
  });
});
