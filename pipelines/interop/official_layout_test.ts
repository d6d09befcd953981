import assert from "node:assert/strict";
import { fromOfficial, toOfficial } from "./official_layout.ts";

const array = (shape: readonly number[], ...values: readonly number[]) => ({
  shape,
  data: Float32Array.from(values),
});

Deno.test("a map's weight is turned round, other tensors stay", () => {
  const ours = {
    "blocks.0.mlp.fc1.weight": array([2, 3], 1, 2, 3, 4, 5, 6),
    "blocks.0.mlp.fc1.bias": array([3], 1, 2, 3),
    "norm.weight": array([2], 7, 8),
    "rel_pos_bias.relative_position_bias_table": array([2, 2], 1, 2, 3, 4),
    mask_token: array([1, 1, 2], 5, 6),
  };
  const official = { ...ours, "blocks.0.mlp.fc1.weight": array([3, 2], 1, 4, 2, 5, 3, 6) };
  assert.deepEqual(toOfficial(ours, 1), official);
  assert.deepEqual(fromOfficial(official), ours); // the mask token too: an encoder's, as there is no decoder
});

Deno.test("the weight of patches is a convolution's: channel before row before column", () => {
  const rows = [...Array(8).keys()].flatMap((row) => [row, 10 + row]); // row = 2 · pixel + channel, of 2 × 2 pixels; D = 2
  const ours = { "patch_embed.proj.weight": array([8, 2], ...rows) };
  const kernel = [0, 2, 4, 6, 1, 3, 5, 7]; // the pixels of channel 0, then of channel 1
  const official = {
    "patch_embed.proj.weight": array([2, 2, 2, 2], ...kernel, ...kernel.map((value) => 10 + value)),
  };
  assert.deepEqual(toOfficial(ours, 2), official);
  assert.deepEqual(fromOfficial(official), ours);
});

Deno.test("a decoder's tensors have decoder. before their names with us alone, its mask token among them", () => {
  const ours = {
    "decoder.decoder_norm.bias": array([1], 2),
    "decoder.mask_token": array([1, 1, 1], 3),
    cls_token: array([1, 1, 1], 4),
  };
  const official = {
    "decoder_norm.bias": array([1], 2),
    mask_token: array([1, 1, 1], 3),
    cls_token: ours.cls_token,
  };
  assert.deepEqual(toOfficial(ours, 1), official);
  assert.deepEqual(fromOfficial(official), ours);
});

Deno.test("a position of the class token goes into the class token", () => {
  const official = { cls_token: array([1, 1, 2], 1, 2), pos_embed: array([1, 2, 2], 10, 20, 30, 40) };
  assert.deepEqual(fromOfficial(official), {
    cls_token: array([1, 1, 2], 11, 22),
    pos_embed: array([1, 2, 2], 0, 0, 30, 40),
  });
});

Deno.test("a patches' weight of another shape is refused", () => {
  const name = "patch_embed.proj.weight";
  assert.throws(() => toOfficial({ [name]: array([8, 1], ...Array(8).keys()) }, 1), {
    name: "TypeError",
    message: "patch_embed.proj.weight is [8,1]: [p · p · 1, D] was due",
  });
  for (const shape of [[4, 1], [1, 1, 1, 4]]) {
    assert.throws(() => fromOfficial({ [name]: array(shape, 1, 2, 3, 4) }), {
      name: "TypeError",
      message: /\[D, C, p, p\] was due$/,
    });
  }
});
