import assert from "node:assert/strict";
import { multiMask } from "@lacuna/masking";
import { stream } from "@lacuna/random";
import { parseConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { preset, presetNames } from "./presets.ts";

Deno.test("every preset is a config whose masks fit its images", () => {
  const sides: Record<string, number> = { reference: 32, paper: 224 }; // the others learn from 28×28
  for (const name of presetNames) {
    const config = parseConfig(preset(name));
    const side = (sides[name] ?? 28) / config.encoder.patchSize;
    assert.ok(Number.isInteger(side), name);
    const { ratio: maskRatio, numMasks, kind } = config.masks;
    multiMask({ numTokens: side ** 2, maskRatio, numMasks, kind }, stream({ seed: 0, name: "mask" }));
    assert.equal(config.encoder.dim % config.encoder.numHeads, 0, name);
    assert.equal(config.encoder.dim % 4, 0, name);
  }
});

Deno.test("the paper's preset peaks at the published learning rate", () => {
  const { optimizer, schedule, heads } = preset("paper");
  assert.equal(optimizer.learningRate * schedule.batchSize / 256, 1.2e-3); // 1.5e-4 · 2048 / 256
  assert.equal(heads.norm, "layer");
});

Deno.test("preset() names the nearest", () => {
  assert.throws(() => preset("dmeo"), new ConfigError("There is no preset dmeo: did you mean demo?"));
  assert.throws(() => preset("quux"), /choose one of demo, long, tiny, reference, paper/);
});
