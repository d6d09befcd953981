import { MaeDecoder, PatchTransformer, under } from "@lacuna/encoders";
import { openHuggingFace, parameterArrays, writeHuggingFace } from "@lacuna/pipelines/interop";
import { normals, stream } from "@lacuna/random";
import { type ParameterMap, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { firstPython } from "./_first_python.ts";

const python = await firstPython(["torch", "transformers"]);
const SIDE = 16, NUM_PATCHES = 16;
const sizes = {
  imageHeight: SIDE,
  imageWidth: SIDE,
  channels: 3,
  patchSize: 4,
  dim: 24,
  depth: 3,
  numHeads: 3,
  mlpRatio: 4,
  dropPathRate: 0,
} as const;
const random = (length: number, name: string) => normals(length, stream({ seed: 0, name }));

/** Moves every parameter away from where it starts, so that each of them matters, fixed positions too; but not the class token's, which is 0. */
function scatter(parameters: ParameterMap): void {
  for (const [name, parameter] of Object.entries(parameters)) {
    const numFixed = name.endsWith("pos_embed") ? parameter.shape.at(-1)! : 0;
    const values = random(parameter.size, name).map((z, i) => i < numFixed ? 0 : 0.1 * z);
    const step = tf.tensor(values, parameter.shape);
    const moved = tf.add(parameter, step);
    parameter.assign(moved);
    tf.dispose([step, moved]);
  }
}

Deno.test({
  name:
    "transformers' ViTMAEForPreTraining and Data2VecVisionModel say what we say, and what they save we read",
  ignore: python === undefined,
  fn: async () => {
    await useDevice("cpu");
    const prng = stream({ seed: 0, name: "init" });
    const encoder = new PatchTransformer(
      { ...sizes, family: "vit", layerScaleInit: 0, maskToken: false },
      prng,
    );
    const decoder = new MaeDecoder({
      encoderDim: sizes.dim,
      gridHeight: 4,
      gridWidth: 4,
      dim: 16,
      depth: 2,
      numHeads: 2,
      mlpRatio: 4,
      outDim: 48,
    }, prng);
    const beit = new PatchTransformer({
      ...sizes,
      family: "beit",
      layerScaleInit: 0.1,
      positions: "both",
      maskToken: true,
    }, prng);
    const mae = { ...encoder.parameters, ...under("decoder", decoder) };
    scatter(mae);
    scatter(beit.parameters);

    const images = tf.tensor4d(random(SIDE * SIDE * 3, "image"), [1, SIDE, SIDE, 3]);
    const noise = [...random(NUM_PATCHES, "noise")].map(Math.fround);
    const order = [...noise.keys()].sort((a, b) => noise[a]! - noise[b]!); // the least noise is kept
    const keep = tf.tensor2d([order.slice(0, NUM_PATCHES / 4)], [1, NUM_PATCHES / 4], "int32");
    const restore = tf.tensor2d([noise.map((_, patch) => order.indexOf(patch))], [1, NUM_PATCHES], "int32");
    const mask = noise.map((_, patch) => patch % 3 === 0 ? 1 : 0);
    const tokens = encoder.forward(images, { keep });
    const ours = {
      tokens,
      pred: decoder.forward(tokens, restore).pred,
      plain: beit.forward(images),
      masked: beit.forward(images, { mask: tf.tensor2d([mask]) }),
    };

    const folder = await Deno.makeTempDir({ prefix: "lacuna-readers-" });
    try {
      const pretraining = { maskRatio: 0.75, normalizePatches: true };
      const maeSizes = { encoder: encoder.config, decoder: decoder.config, pretraining };
      writeHuggingFace(`${folder}/mae`, maeSizes, await parameterArrays(mae));
      const beitArrays = await parameterArrays(beit.parameters);
      writeHuggingFace(`${folder}/data2vec`, { encoder: beit.config }, beitArrays);
      const image = tf.transpose(images, [0, 3, 1, 2]);
      const inputs = { image: [...image.dataSync()], shape: image.shape, noise, mask };
      Deno.writeTextFileSync(`${folder}/inputs.json`, JSON.stringify(inputs));
      const paths = ["mae", "data2vec", "inputs.json", "saved"].map((name) => `${folder}/${name}`);
      const args = ["tests/readers/transformers_outputs.py", ...paths];
      const { success, stdout, stderr } = await new Deno.Command(python!, { args }).output();
      assert.ok(success, new TextDecoder().decode(stderr));
      const theirs = JSON.parse(new TextDecoder().decode(stdout)) as Record<string, number[]>;
      assert.deepEqual(theirs["strangers"], []);
      for (const [name, tensor] of Object.entries(ours)) {
        const values = tensor.dataSync();
        assert.equal(theirs[name]!.length, values.length, name);
        const furthest = Math.max(...theirs[name]!.map((value, i) => Math.abs(value - values[i]!)));
        assert.ok(furthest < 5e-5, `${name}: ${furthest}`); // float32, sums in another order through five blocks
      }

      const maeAgain = openHuggingFace(`${folder}/saved/mae`);
      const parameters = { ...maeAgain.encoder.parameters, ...under("decoder", maeAgain.decoder!) };
      assert.deepEqual(await parameterArrays(parameters), await parameterArrays(mae));
      const beitAgain = openHuggingFace(`${folder}/saved/data2vec`).encoder;
      assert.deepEqual(await parameterArrays(beitAgain.parameters), beitArrays);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
