import assert from "node:assert/strict";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { Linear } from "./linear.ts";
import { under } from "./under.ts";

await useDevice("cpu");

Deno.test("under() puts the part's name before the names of its parameters, and keeps the variables", () => {
  const part = new Linear(2, 3, stream({ seed: 0, name: "init" }));
  const whole = under("blocks.3.attn.qkv", part);
  assert.deepEqual(Object.keys(whole), ["blocks.3.attn.qkv.weight", "blocks.3.attn.qkv.bias"]);
  assert.equal(whole["blocks.3.attn.qkv.weight"], part.parameters.weight);
});
