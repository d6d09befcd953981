import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { Mlp } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { mae, maeEncoder, maeMethod } from "../mae.ts";
import { presetOf } from "../methods.ts";
import { parameterArrays } from "../parameter_arrays.ts";
import { loadParameters } from "./load_parameters.ts";
import { fromOfficial, toOfficial } from "./official_layout.ts";

await useDevice("cpu");
const mlp = (seed: number) => new Mlp(4, 2, stream({ seed, name: "init" })).parameters;

Deno.test("loadParameters() gives the values of tensors, and shares no memory with them", async () => {
  const from = mlp(0), to = mlp(1);
  const arrays = await parameterArrays(from);
  const before = tf.memory().numTensors;
  assert.deepEqual(loadParameters(arrays, to), { missing: [], unused: [] });
  assert.equal(tf.memory().numTensors, before);
  for (const [name, parameter] of Object.entries(to)) {
    assert.deepEqual(parameter.dataSync(), from[name]!.dataSync(), name);
    assert.notEqual(parameter.dataSync(), arrays[name]!.data);
  }
});

Deno.test("loadParameters() names all that does not fit, and then changes nothing", async () => {
  const to = mlp(1), before = await parameterArrays(mlp(1));
  const { "fc1.bias": _, "fc2.bias": __, ...some } = await parameterArrays(mlp(0));
  const tensors = {
    ...some,
    "fc2.weight": { shape: [4, 2], data: new Float32Array(8) },
    "head.bias": { shape: [1], data: new Float32Array(1) },
  };
  assert.throws(() => loadParameters(tensors, to, /^fc2\.bias$/), {
    name: "CheckpointError",
    message:
      "Cannot load the parameters: fc1.bias is missing; head.bias has no place; fc2.weight is [4,2], not [2,4]",
  });
  assert.deepEqual(await parameterArrays(to), before);
});

Deno.test("loadParameters() tells what was on one side alone, where that is allowed", async () => {
  const to = mlp(1);
  const { "fc2.bias": _, ...some } = await parameterArrays(mlp(0));
  const tensors = { ...some, "head.bias": { shape: [1], data: new Float32Array(1) } };
  assert.deepEqual(loadParameters(tensors, to, /^(head\.|fc2\.bias$)/), {
    missing: ["fc2.bias"],
    unused: ["head.bias"],
  });
  assert.deepEqual(to["fc1.weight"]!.dataSync(), some["fc1.weight"]!.data);
});

Deno.test("an official file of MAE's encoder alone is loaded into the pipeline, and says that the decoder was not", async () => {
  const image = { height: 14, width: 14, channels: 1 }, config = presetOf(maeMethod, "tiny");
  const { parameters: from } = maeEncoder({ ...config, seed: 7 }, image);
  const tensors = fromOfficial(toOfficial(await parameterArrays(from), 1));
  const { parameters: to } = mae(config, image);
  const decoder = Object.keys(to).filter((name) => name.startsWith("decoder."));
  const before = await parameterArrays(Object.fromEntries(decoder.map((name) => [name, to[name]!])));
  assert.throws(() => loadParameters(tensors, to), {
    name: "CheckpointError",
    message: new RegExp(decoder.map((name) => `${name} is missing`).join("; ")),
  });
  assert.deepEqual(loadParameters(tensors, to, /^decoder\./), { missing: decoder, unused: [] });
  const after = await parameterArrays(to);
  for (const [name, parameter] of Object.entries(from)) {
    assert.deepEqual(after[name]!.data, parameter.dataSync(), name);
  }
  for (const name of decoder) assert.deepEqual(after[name], before[name], name);
});
