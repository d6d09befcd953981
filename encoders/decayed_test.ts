import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { decayed } from "./decayed.ts";
import { ProjectionHead } from "./projection_head.ts";
import { under } from "./under.ts";
import { VisionTransformer } from "./vision_transformer.ts";

await useDevice("cpu");

Deno.test("decayed() takes weights, and no bias, norm, scale, position or class token", () => {
  const prng = stream({ seed: 0, name: "init" });
  const sizes = {
    imageHeight: 14,
    imageWidth: 14,
    channels: 1,
    patchSize: 7,
    dim: 8,
    depth: 2,
    numHeads: 2,
    mlpRatio: 2,
  };
  const encoder = new VisionTransformer(
    { ...sizes, numClassBlocks: 2, layerScaleInit: 0.1, dropPathRate: 0 },
    prng,
  );
  const parameters = {
    ...encoder.parameters,
    ...under("head", new ProjectionHead(8, 16, 8, 3, "layer", prng)),
    ...under("predictor", new ProjectionHead(8, 16, 8, 2, "layer", prng)),
  };
  const groups = Object.groupBy(
    Object.keys(parameters),
    (name) => decayed(name, parameters[name]!.rank) ? "yes" : "no",
  );
  assert.deepEqual(groups.yes!.filter((name) => !/weight$/.test(name) || /norm/.test(name)), []);
  for (
    const name of [
      "cls_token",
      "pos_embed",
      "norm.weight",
      "blocks.0.attn.qkv.bias",
      "blocks_token.1.gamma_2",
    ]
  ) {
    assert.ok(groups.no!.includes(name), name);
  }
  for (
    const name of [
      "patch_embed.proj.weight",
      "blocks.0.attn.qkv.weight",
      "head.6.weight",
      "predictor.0.weight",
    ]
  ) {
    assert.ok(groups.yes!.includes(name), name);
  }
});
