import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { MaeDecoder, PatchTransformer, under } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import { type ParameterMap, useDevice } from "@lacuna/tensor";
import { TemporaryFolder } from "../_temporary_folder.ts";
import type { NamedArrays } from "../named_arrays.ts";
import { parameterArrays } from "../parameter_arrays.ts";
import { decodeSafetensors, encodeSafetensors } from "../safetensors.ts";
import { waves } from "./_test_arrays.ts";
import { huggingFaceShapes } from "./_test_data2vec.ts";
import { officialShapes } from "./_test_mae.ts";
import type { HuggingFaceConfig } from "./hugging_face_config.ts";
import { openHuggingFace, writeHuggingFace } from "./hugging_face_folder.ts";
import { maeToHuggingFace } from "./mae_names.ts";
import type { ModelSizes } from "./model_sizes.ts";

await useDevice("cpu");

/** Image x there: element i of [1, 3, 16, 16] is sin(0.1 · i). */
const pixels = Float32Array.from({ length: 3 * 16 * 16 }, (_, i) => Math.sin(0.1 * i));
const image: Tensor4D = tf.transpose(tf.tensor4d(pixels, [1, 3, 16, 16]), [0, 2, 3, 1]);

function fill(folder: string, config: HuggingFaceConfig, tensors: NamedArrays): void {
  Deno.writeTextFileSync(`${folder}/config.json`, JSON.stringify(config));
  Deno.writeFileSync(
    `${folder}/model.safetensors`,
    encodeSafetensors({ tensors, metadata: { format: "pt" } }),
  );
}

function arraysOf(parameters: ParameterMap): NamedArrays {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [
      name,
      { shape: parameter.shape, data: parameter.dataSync<"float32">() },
    ]),
  );
}

function near(values: readonly number[], expected: readonly number[]): void {
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(values[i]! - value) < 1e-4, `${values} is not ${expected}`); // float32 beside float64
  }
}

const maeConfig = {
  model_type: "vit_mae",
  hidden_size: 16,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  intermediate_size: 64,
  image_size: 16,
  patch_size: 8,
  decoder_hidden_size: 8,
  decoder_num_hidden_layers: 1,
  decoder_num_attention_heads: 2,
  decoder_intermediate_size: 32,
  layer_norm_eps: 0.01,
};
const maeTensors = waves(
  Object.fromEntries(
    Object.entries(maeToHuggingFace(emptyOf(officialShapes({
      patchSize: 8,
      numPatches: 4,
      encoder: { dim: 16, depth: 2 },
      decoder: { dim: 8, depth: 1 },
    })))).map(([name, { shape }]) => [name, [...shape]]),
  ),
);

function emptyOf(shapes: Record<string, number[]>): NamedArrays {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, { shape, data: new Float32Array(0) }]),
  );
}

Deno.test("openHuggingFace() gives ViTMAEForPreTraining's outputs in float64, its epsilon among them", () => {
  using folder = new TemporaryFolder();
  fill(folder.path, maeConfig, maeTensors);
  const { encoder, decoder } = openHuggingFace(folder.path);
  const keep = tf.tensor2d([[1, 3]], [1, 2], "int32"); // noise 0.6, 0.1, 0.9, 0.3 and mask_ratio 0.5
  const tokens = encoder.forward(image, { keep });
  const [rows] = tokens.arraySync();
  near([...rows![0]!.slice(0, 4), ...rows![2]!.slice(0, 4)], [
    0.8219888,
    -0.9362429,
    -1.2005715,
    0.4324504,
    0.7624089,
    -1.2293113,
    -1.0291696,
    1.2761487,
  ]);
  const restore = tf.tensor2d([[2, 0, 3, 1]], [1, 4], "int32");
  const [patches] = decoder!.forward(tokens, restore).pred.arraySync();
  near([...patches![0]!.slice(0, 4), ...patches![3]!.slice(0, 4)], [
    0.2127384,
    -0.076893,
    0.1615163,
    -0.1456022,
    -0.0439063,
    0.2055029,
    -0.1373442,
    0.1598946,
  ]);
});

Deno.test("openHuggingFace() gives Data2VecVisionModel's outputs in float64, with and without masked patches", () => {
  using folder = new TemporaryFolder();
  const sizes = { dim: 16, depth: 2, numHeads: 2, hiddenDim: 32, patchSize: 8, numOffsets: 12 };
  const tensors = waves(huggingFaceShapes(sizes));
  assert.equal(Object.keys(tensors).length, 41);
  fill(folder.path, {
    model_type: "data2vec-vision",
    hidden_size: 16,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    intermediate_size: 32,
    image_size: 16,
    patch_size: 8,
    use_mask_token: true,
    use_shared_relative_position_bias: true,
    use_mean_pooling: false,
  }, tensors);
  const { encoder, decoder, sizes: { encoder: { normEpsilon } } } = openHuggingFace(folder.path);
  assert.deepEqual([decoder, normEpsilon], [undefined, 1e-12]);
  const outputs = (mask?: tf.Tensor2D) => {
    const [rows] = encoder.forward(image, { mask }).arraySync();
    return [...rows![0]!.slice(0, 4), ...rows![4]!.slice(0, 4)];
  };
  near(outputs(), [0.7941150, 0.5563405, 1.0022783, 1.6299663, -0.3064700, -0.7284795, 1.5164833, 0.2144329]);
  near(
    outputs(tf.tensor2d([[1, 0, 0, 1]])),
    [0.6836903, 0.4256651, 0.9101647, 1.6153764, 0.4355330, 0.1067017, 0.5382857, 0.9304737],
  );
});

for (const family of ["vit", "beit"] as const) {
  Deno.test(`what writeHuggingFace() writes of family "${family}", openHuggingFace() reads, and writes as the same bytes`, async () => {
    using folder = new TemporaryFolder();
    const prng = stream({ seed: 0, name: "init" });
    const encoder = new PatchTransformer({
      imageHeight: 8,
      imageWidth: 8,
      channels: 1,
      patchSize: 4,
      dim: 8,
      depth: 2,
      numHeads: 2,
      mlpRatio: 2,
      dropPathRate: 0,
      family,
      layerScaleInit: family === "beit" ? 0.1 : 0,
      maskToken: family === "beit",
    }, prng);
    const sizes = { encoder: encoder.config };
    writeHuggingFace(`${folder.path}/a/b`, sizes, await parameterArrays(encoder.parameters));
    const opened = openHuggingFace(`${folder.path}/a/b`);
    assert.equal(opened.decoder, undefined); // an encoder alone
    assert.equal(opened.sizes.decoder, undefined);
    assert.deepEqual(
      await parameterArrays(opened.encoder.parameters),
      await parameterArrays(encoder.parameters),
    );
    writeHuggingFace(`${folder.path}/c`, opened.sizes, await parameterArrays(opened.encoder.parameters));
    for (const file of ["config.json", "model.safetensors"]) {
      assert.deepEqual(
        Deno.readFileSync(`${folder.path}/c/${file}`),
        Deno.readFileSync(`${folder.path}/a/b/${file}`),
      );
    }
  });
}

Deno.test("an MAE with its decoder is written as ViTMAEForPreTraining and read whole", async () => {
  using folder = new TemporaryFolder();
  fill(folder.path, maeConfig, maeTensors);
  const { sizes, encoder, decoder } = openHuggingFace(folder.path);
  assert.ok(decoder instanceof MaeDecoder);
  const arrays = await parameterArrays({ ...encoder.parameters, ...under("decoder", decoder) });
  writeHuggingFace(`${folder.path}/again`, sizes, arrays);
  const again = openHuggingFace(`${folder.path}/again`);
  assert.deepEqual(again.sizes, sizes);
  assert.deepEqual(
    await parameterArrays({ ...again.encoder.parameters, ...under("decoder", again.decoder!) }),
    arrays,
  );
});

Deno.test("openHuggingFace() names what is missing of a decoder that is there in part, and of an encoder", () => {
  using folder = new TemporaryFolder();
  const { "decoder.mask_token": _, "vit.layernorm.bias": __, ...rest } = maeTensors;
  fill(folder.path, maeConfig, rest);
  assert.throws(() => openHuggingFace(folder.path), {
    name: "CheckpointError",
    message: "Cannot load the parameters: norm.bias is missing; decoder.mask_token is missing",
  });
});

Deno.test("openHuggingFace() passes over the integers that older files have beside the table of relative positions", () => {
  using folder = new TemporaryFolder();
  const header = (bytes: Uint8Array) => new DataView(bytes.buffer).getBigUint64(0, true);
  const shapes = huggingFaceShapes({
    dim: 8,
    depth: 1,
    numHeads: 2,
    hiddenDim: 16,
    patchSize: 8,
    numOffsets: 12,
  });
  fill(folder.path, {
    model_type: "data2vec-vision",
    hidden_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: 16,
    image_size: 16,
    patch_size: 8,
    use_mask_token: true,
    use_shared_relative_position_bias: true,
    use_mean_pooling: false,
  }, {
    "encoder.relative_position_bias.relative_position_index": { shape: [5, 10], data: new Float32Array(50) },
    ...waves(shapes),
  });
  const path = `${folder.path}/model.safetensors`;
  const bytes = Deno.readFileSync(path), start = Number(header(bytes)) + 8;
  const text = new TextDecoder().decode(bytes.subarray(8, start)).replace(
    '"F32","shape":[5,10]',
    '"I64","shape":[5,5] ',
  );
  bytes.set(new TextEncoder().encode(text), 8);
  Deno.writeFileSync(path, bytes);
  assert.equal(openHuggingFace(folder.path).encoder.config.dim, 8);
});

Deno.test("writeHuggingFace() writes nothing where tensors and sizes are not of one model", () => {
  using folder = new TemporaryFolder();
  fill(folder.path, maeConfig, maeTensors);
  const { sizes, encoder, decoder } = openHuggingFace(folder.path);
  const ofEncoder = arraysOf(encoder.parameters), ofDecoder = arraysOf(under("decoder", decoder!));
  const whole = { ...ofEncoder, ...ofDecoder };
  const out = `${folder.path}/out`;
  const refused = (sizes: ModelSizes, tensors: NamedArrays, ...problems: readonly string[]) => {
    assert.throws(() => writeHuggingFace(out, sizes, tensors), {
      name: "CheckpointError",
      message: `Cannot write a model of these sizes: ${problems.join("; ")}`,
    });
    assert.throws(() => Deno.statSync(out), Deno.errors.NotFound);
  };
  const decoderNames = Object.keys(ofDecoder);
  assert.equal(decoderNames.length, 20); // 12 of the block; embed, norm and pred of two each; mask token, positions
  refused(sizes, ofEncoder, ...decoderNames.map((name) => `${name} is missing`));
  refused({ encoder: sizes.encoder }, whole, ...decoderNames.map((name) => `${name} has no place`));
  const { "norm.bias": _, "decoder.mask_token": __, ...some } = whole;
  refused(sizes, some, "norm.bias is missing", "decoder.mask_token is missing");

  const resized = (change: Partial<ModelSizes["encoder"]>) => ({ encoder: { ...sizes.encoder, ...change } });
  const last = Object.keys(ofEncoder).filter((name) => name.startsWith("blocks.1."));
  assert.equal(last.length, 12);
  refused(resized({ depth: 1 }), ofEncoder, ...last.map((name) => `${name} has no place`));
  refused(
    resized({ depth: 3 }),
    ofEncoder,
    ...last.map((name) => `${name.replace("blocks.1.", "blocks.2.")} is missing`),
  );
  refused(
    resized({ mlpRatio: 2 }),
    ofEncoder,
    ...[0, 1].flatMap((i) => [
      `blocks.${i}.mlp.fc1.weight is [16,64], not [16,32]`,
      `blocks.${i}.mlp.fc1.bias is [64], not [32]`,
      `blocks.${i}.mlp.fc2.weight is [64,16], not [32,16]`,
    ]),
  );
  refused(
    resized({ imageHeight: 24, imageWidth: 24 }),
    ofEncoder,
    "pos_embed is [1,5,16], not [1,10,16]",
  );
});

Deno.test("writeHuggingFace() leaves no tensor behind", () => {
  using folder = new TemporaryFolder();
  fill(folder.path, maeConfig, maeTensors);
  const { sizes, encoder, decoder } = openHuggingFace(folder.path);
  const arrays = arraysOf({ ...encoder.parameters, ...under("decoder", decoder!) });
  const before = tf.memory().numTensors;
  writeHuggingFace(`${folder.path}/again`, sizes, arrays);
  assert.throws(() => writeHuggingFace(folder.path, { encoder: sizes.encoder }, arrays));
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("a model whose hidden layer is its width times a rounded quotient is opened, and written with the same numbers", () => {
  using folder = new TemporaryFolder();
  const [dim, hidden] = [28, 232];
  assert.notEqual(hidden / dim * dim, hidden);
  const sizes = { dim, depth: 1, numHeads: 2, hiddenDim: hidden, patchSize: 8, numOffsets: 12 };
  const theirs = waves(huggingFaceShapes(sizes));
  fill(folder.path, {
    model_type: "data2vec-vision",
    hidden_size: dim,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    intermediate_size: hidden,
    image_size: 16,
    patch_size: 8,
    use_mask_token: true,
    use_shared_relative_position_bias: true,
    use_mean_pooling: false,
  }, theirs);
  const opened = openHuggingFace(folder.path);
  writeHuggingFace(`${folder.path}/again`, opened.sizes, arraysOf(opened.encoder.parameters));
  const path = `${folder.path}/again/model.safetensors`;
  assert.deepEqual(decodeSafetensors(Deno.readFileSync(path), path).tensors, theirs);
  const config = JSON.parse(Deno.readTextFileSync(`${folder.path}/again/config.json`));
  assert.equal(config.intermediate_size, hidden);
});

Deno.test("openHuggingFace() says what is wrong with a folder without its files, and with a broken config.json", () => {
  using folder = new TemporaryFolder();
  const path = `${folder.path}/config.json`;
  const refused = (name: string, message: string | RegExp) =>
    assert.throws(() => openHuggingFace(folder.path), { name, message });
  refused(
    "CheckpointError",
    `There is no ${path}: name a folder with config.json and, in one piece, model.safetensors`,
  );
  for (const text of ["", '{"model_type": "vit_mae"', "\0"]) {
    Deno.writeTextFileSync(path, text);
    refused("CheckpointError", /config\.json is not JSON \(.+\): copy the folder anew$/);
  }
  for (const text of ["null", "[]", '"vit_mae"', "3", "{}"]) {
    Deno.writeTextFileSync(path, text);
    refused("ConfigError", /^This config\.json cannot be read: /);
  }
  Deno.writeTextFileSync(path, JSON.stringify(maeConfig));
  refused("CheckpointError", /^There is no .*model\.safetensors: name a folder/);
  fill(folder.path, { ...maeConfig, num_attention_heads: 3 }, maeTensors);
  refused("ConfigError", /^No model has the sizes of .*config\.json: Cannot split width 16 into 3 heads: /);
  Deno.removeSync(path);
  Deno.mkdirSync(path);
  refused("CheckpointError", /^Cannot read .*config\.json \(/);
});
