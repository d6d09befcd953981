import assert from "node:assert/strict";
import { useDevice } from "@lacuna/tensor";
import { decayed } from "./decayed.ts";
import { extrema } from "./extrema.ts";
import { testConfig } from "./_test_config.ts";

await useDevice("cpu");

Deno.test("decayed() takes weights, and no bias, norm, scale, position or class token", () => {
  const { parameters } = extrema(testConfig(), { height: 14, width: 14, channels: 1 });
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
