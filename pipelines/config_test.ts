import assert from "node:assert/strict";
import { flattenConfig, overrideConfig, parseConfig } from "./config.ts";
import { ConfigError } from "./errors.ts";
import { preset } from "./presets.ts";

const demo = preset("demo");

/** Asserts that something throws a ConfigError with such a message. */
function assertConfigError(f: () => unknown, message: RegExp): void {
  assert.throws(f, (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, message);
    return true;
  });
}

Deno.test("overrideConfig() replaces fields, each in its own type, and leaves its input alone", () => {
  const before = structuredClone(demo);
  const config = overrideConfig(demo, [
    "seed=7",
    "heads.norm=layer",
    "heads.usePredictor=false",
    "masks.ratio=.8",
  ]);
  assert.deepEqual(config, {
    ...demo,
    seed: 7,
    heads: { ...demo.heads, norm: "layer", usePredictor: false },
    masks: { ...demo.masks, ratio: 0.8 },
  });
  assert.deepEqual(demo, before);
});

Deno.test("overrideConfig() names the nearest field", () => {
  assertConfigError(
    () => overrideConfig(demo, ["encoder.deph=4"]),
    /no field encoder\.deph: did you mean encoder\.depth\?/,
  );
  assertConfigError(() => overrideConfig(demo, ["zzz=4"]), /no field zzz: it has seed, /);
  assertConfigError(() => overrideConfig(demo, ["encoder=4"]), /no field encoder: /);
});

Deno.test("overrideConfig() refuses a value of another type, naming the field", () => {
  assertConfigError(() => overrideConfig(demo, ["encoder.depth"]), /--set encoder\.depth has no value/);
  assertConfigError(
    () => overrideConfig(demo, ["encoder.depth=four"]),
    /encoder\.depth is 3 and cannot be "four"/,
  );
  assertConfigError(() => overrideConfig(demo, ["encoder.depth="]), /encoder\.depth is 3 and cannot be ""/);
  assertConfigError(
    () => overrideConfig(demo, ["heads.usePredictor=no"]),
    /cannot be "no": write true or false/,
  );
});

Deno.test("parseConfig() names every field that is out of range, missing or unknown", () => {
  assertConfigError(() => overrideConfig(demo, ["masks.ratio=0"]), /masks\.ratio: /);
  assertConfigError(() => overrideConfig(demo, ["masks.ratio=1"]), /masks\.ratio: /);
  assertConfigError(() => overrideConfig(demo, ["heads.norm=group"]), /heads\.norm: .*"layer" \| "batch"/);
  assertConfigError(() => overrideConfig(demo, ["encoder.depth=1.5"]), /encoder\.depth: /);
  assertConfigError(
    () => overrideConfig(demo, ["schedule.warmupEpochs=9"]),
    /schedule: warmupEpochs must be less than epochs/,
  );
  assertConfigError(() => overrideConfig(demo, ["seed=-1", "encoder.dim=0"]), /seed: .*; encoder\.dim: /);
  assertConfigError(() => parseConfig({ ...demo, seed: undefined }), /seed: /);
  assertConfigError(() => parseConfig({ ...demo, sede: 1 }), /sede: /);
  assertConfigError(() => parseConfig("demo"), /the config: /);
});

Deno.test("flattenConfig() has one dotted key a field", () => {
  const fields = flattenConfig(demo);
  assert.equal(fields["encoder.patchSize"], 7);
  assert.equal(fields.seed, 0);
  assert.ok(Object.values(fields).every((value) => typeof value !== "object"));
});
