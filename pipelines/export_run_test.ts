import assert from "node:assert/strict";
import { PatchTransformer } from "@lacuna/encoders";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testImages } from "./_test_images.ts";
import { overrideConfig } from "./config.ts";
import { main } from "./export_cli.ts";
import { exportRun } from "./export_run.ts";
import { openHuggingFace } from "./interop/hugging_face_folder.ts";
import { fromOfficial } from "./interop/official_layout.ts";
import { parameterArrays } from "./parameter_arrays.ts";
import { loadRun } from "./load_run.ts";
import { methodNamed, methodNames, presetOf } from "./methods.ts";
import { pretrain } from "./pretrain.ts";
import { decodeSafetensors } from "./safetensors.ts";

const device = await useDevice("cpu");
const images = testImages(16); // 14 × 14 × 1, mean 0.5, deviation 0.25

/** A run of two steps. */
async function train(name: string, run: string, ...more: readonly string[]): Promise<void> {
  const method = methodNamed(name);
  const settings = ["schedule.batchSize=8", "schedule.epochs=1", "schedule.warmupEpochs=0", ...more];
  const config = overrideConfig(presetOf(method, "tiny"), settings, method.parse);
  await pretrain(method, config, images, run, { device });
}

/** Runs the command in this process. */
async function call(...args: readonly string[]): Promise<{ code: number; out: string; error: string }> {
  let out = "", error = "";
  const code = await main(args, {
    write: (text) => void (out += text),
    writeError: (text) => void (error += text),
    isTerminal: false,
    columns: 100,
  });
  return { code, out, error };
}

Deno.test("an MAE run is exported whole, with the normalisation of its images", async () => {
  using folder = new TemporaryFolder();
  await train("mae", folder.path);
  const { parameters } = loadRun(folder.path).trained;
  const trained = await parameterArrays(parameters);
  const told = await call("--run", folder.path);
  assert.deepEqual(told, {
    code: 0,
    out: `Step 2 of ${folder.path} is in ${folder.path}/huggingface\n`,
    error: "",
  });

  const { encoder, decoder, sizes } = openHuggingFace(`${folder.path}/huggingface`);
  const opened = await parameterArrays(encoder.parameters);
  for (const [name, array] of Object.entries(await parameterArrays(decoder!.parameters))) {
    Object.assign(opened, { [`decoder.${name}`]: array });
  }
  assert.deepEqual(opened, trained);
  assert.deepEqual(sizes.pretraining, { maskRatio: 0.75, normalizePatches: true });
  const about = JSON.parse(Deno.readTextFileSync(`${folder.path}/huggingface/preprocessor_config.json`));
  assert.deepEqual([about.image_mean, about.image_std, about.size], [[0.5], [0.25], {
    height: 14,
    width: 14,
  }]);

  assert.equal((await call("--run", folder.path, "--format", "official")).code, 0);
  const path = `${folder.path}/official/model.safetensors`;
  const { tensors, metadata } = decodeSafetensors(Deno.readFileSync(path), path);
  assert.deepEqual(metadata, { format: "pt" });
  const patches = trained["patch_embed.proj.weight"]!.shape; // [p·p·C, D]
  const patchSize = Math.sqrt(patches[0]!);
  assert.deepEqual(tensors["patch_embed.proj.weight"]!.shape, [patches[1], 1, patchSize, patchSize]);
  assert.ok("mask_token" in tensors && "decoder_pred.weight" in tensors);
  assert.deepEqual(fromOfficial(tensors), trained);
});

Deno.test("of a data2vec run the student's encoder is exported, and what is left out is named", async () => {
  using folder = new TemporaryFolder();
  await train("data2vec", folder.path, "masks.numMasked=2", "masks.minArea=1"); // of 4 patches
  const out = `${folder.path}/somewhere/else`;
  const told = await call("--run", folder.path, "--out", out);
  assert.deepEqual(told, {
    code: 0,
    out: `Step 2 of ${folder.path} is in ${out}, without head\n`,
    error: "",
  });
  const { encoder } = openHuggingFace(out);
  assert.deepEqual(
    await parameterArrays(encoder.parameters),
    await parameterArrays(loadRun(folder.path).trained.encoder.parameters),
  );
});

Deno.test("of a BootMAE run the decoders are left out, and the norm that it does not train is named", async () => {
  using folder = new TemporaryFolder();
  await train("bootmae", folder.path, "masks.numInBlocks=2", "masks.minArea=1", "masks.numMasked=3"); // of 4 patches
  const { trained, checkpoint } = loadRun(folder.path);
  const out = `${folder.path}/out`;
  const { leftOut, ...exported } = await exportRun(folder.path, "huggingface", out);
  assert.deepEqual(exported, {
    step: 2,
    checkpoint,
    damaged: [],
    untrained: ["norm.weight", "norm.bias"],
  });
  const isDecoders = (name: string) => /^(pixel|feature)_decoder\./.test(name);
  assert.deepEqual(leftOut, Object.keys(trained.parameters).filter(isDecoders));
  const opened = await parameterArrays(openHuggingFace(out).encoder.parameters);
  const { "norm.weight": weight, "norm.bias": bias, ...rest } = opened;
  assert.deepEqual([new Set(weight!.data), new Set(bias!.data)], [new Set([1]), new Set([0])]);
  const { parameters } = trained;
  const names = Object.keys(parameters).filter((name) => !isDecoders(name));
  assert.deepEqual(
    rest,
    await parameterArrays(Object.fromEntries(names.map((name) => [name, parameters[name]!]))),
  );
  const told = await call("--run", folder.path, "--format", "official", "--out", out);
  assert.equal(
    told.out,
    `Step 2 of ${folder.path} is in ${out}, without pixel_decoder, feature_decoder; ` +
      "not trained, with its first values: norm.weight, norm.bias\n",
  );
});

Deno.test("a checkpoint that is damaged is told and passed over", async () => {
  using folder = new TemporaryFolder();
  await train("mae", folder.path);
  const { checkpoint } = loadRun(folder.path);
  Deno.writeFileSync(`${folder.path}/checkpoints/step-00000009.safetensors`, new Uint8Array(5));
  const { out } = await call("--run", folder.path);
  const [damaged, told] = out.split("\n");
  assert.match(damaged!, /step-00000009\.safetensors.*; going back to /);
  assert.ok(damaged!.endsWith(`; going back to ${checkpoint}`));
  assert.equal(told, `Step 2 of ${folder.path} is in ${folder.path}/huggingface`);
});

Deno.test("a run of another family, one without a checkpoint and an unknown format are refused", async () => {
  using folder = new TemporaryFolder();
  await train("extrema", folder.path);
  await assert.rejects(exportRun(folder.path, "official", `${folder.path}/out`), {
    name: "ConfigError",
    message:
      "A run of ExtreMA cannot be exported: its encoder is neither MAE's nor of BEiT's family, as those of " +
      "MAE, BootMAE, BYOL, data2vec, SimMIM, MaskFeat, BEiT and ConMIM are",
  });
  assert.equal((await call("--run", folder.path)).code, 2);
  const missing = await call("--run", `${folder.path}/none`);
  assert.equal(missing.code, 7);
  assert.match(missing.error, /^There is no run with a checkpoint in /);
  const unknown = await call("--run", folder.path, "--format", "onnx");
  assert.equal(unknown.code, 2);
  assert.match(unknown.error, /huggingface, official/);
  assert.deepEqual([...Deno.readDirSync(folder.path)].filter(({ name }) => name === "out"), []);
});

Deno.test("the methods that can be exported are the ones that a refusal names", async () => {
  using folder = new TemporaryFolder();
  const titles: string[] = [];
  for (const name of methodNames) {
    const method = methodNamed(name);
    const { encoder, parameters } = method.pipeline(presetOf(method, "tiny"), {
      height: 28,
      width: 28,
      channels: 1,
    });
    if (encoder instanceof PatchTransformer) titles.push(method.title);
    tf.dispose(parameters);
  }
  await train("extrema", folder.path);
  await assert.rejects(exportRun(folder.path, "official", folder.path), ({ message }: Error) => {
    const [, named] = /as those of (.*) are$/.exec(message)!;
    assert.deepEqual(named!.split(/, | and /).toSorted(), titles.toSorted());
    return true;
  });
});
