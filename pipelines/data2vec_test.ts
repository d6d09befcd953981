import { Linear, PatchTransformer } from "@lacuna/encoders";
import { blockMask, denseMask } from "@lacuna/masking";
import { contextTargets } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { beitEncoder } from "./beit_host.ts";
import { overrideConfig } from "./config.ts";
import { type Data2vecConfig, data2vecMethod } from "./data2vec.ts";
import { type ImageBatch, imageTensor, sampleStreams } from "./image_batch.ts";
import { readMetrics } from "./metrics_log.ts";
import { newestCheckpoint } from "./newest_checkpoint.ts";
import { pretrain } from "./pretrain.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testImages } from "./_test_images.ts";

const device = await useDevice("wasm");
const image = { height: 28, width: 28, channels: 1 };
const batch: ImageBatch = {
  images: tf.randomNormal([4, 28, 28, 1], 0, 1, "float32", 1).dataSync<"float32">(),
  samples: Int32Array.of(0, 1, 2, 3),
  epoch: 0,
};

/** The tiny preset, of 16 patches, with some fields replaced. */
function configWith(...settings: string[]): Data2vecConfig {
  return overrideConfig(data2vecMethod.presets.tiny!, settings, data2vecMethod.parse);
}

/** Whether two arrays hold the same; where they do not, a diff of them would take minutes. */
function isSame<T extends Float32Array | Uint8Array>(a: T, b: T): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}

/** The numbers in all that a teacher shows during `run`, pass by pass: only a teacher is asked for its stages. */
function taughtIn(run: () => void): Float32Array[] {
  const passes: Float32Array[] = [];
  const { forwardStages } = PatchTransformer.prototype;
  PatchTransformer.prototype.forwardStages = function (...args) {
    const shown = forwardStages.apply(this, args);
    const { stages, branches } = shown;
    const all = [...stages, ...branches.flatMap(({ attention, ffn }) => [attention, ffn])];
    passes.push(tf.concat(all.map((tensor) => tf.reshape(tensor, [-1]))).dataSync<"float32">());
    return shown;
  };
  try {
    run();
  } finally {
    PatchTransformer.prototype.forwardStages = forwardStages;
  }
  return passes;
}

for (
  const [activations, said] of [
    ["block", (teacher, images) => teacher.forwardStages(images).stages.slice(3)],
    [
      "ffn",
      (teacher, images) =>
        teacher.forwardStages(images, { withBranches: true }).branches.slice(2).map(({ ffn }) => ffn),
    ],
    [
      "attention",
      (teacher, images) =>
        teacher.forwardStages(images, { withBranches: true }).branches.slice(2).map((half) => half.attention),
    ],
  ] as const satisfies [string, (teacher: PatchTransformer, images: tf.Tensor4D) => tf.Tensor3D[]][]
) {
  Deno.test(`data2vec's loss is how far masked patches are from the last 2 of 4 blocks' "${activations}"`, () => {
    const config = configWith(
      "encoder.depth=4",
      "encoder.layerScaleInit=0.5",
      `target.activations=${activations}`,
    );
    const { seed, masks, target, encoder: { dim } } = config;
    const found = data2vecMethod.pipeline(config, image).step(batch, { step: 0, progress: 0 });

    const encoder = beitEncoder(config, image); // student and teacher begin with its numbers
    const head = new Linear(dim, dim, stream({ seed, name: "init/head" }), "beit");
    const images = imageTensor(batch, image);
    const drawn = sampleStreams(batch, seed, "mask").map((prng) =>
      blockMask({ grid: [4, 4], ...masks }, prng)
    );
    const mask = tf.tensor2d(denseMask(drawn, 16), [4, 16]);
    const contexts = contextTargets(
      said(encoder, images).map((tokens) => tf.slice(tokens, [0, 1, 0], [-1, -1, -1])),
      target,
    );
    const pred = head.forward(tf.slice(encoder.forward(images, { mask }), [0, 1, 0], [-1, -1, -1]));
    const apart = tf.abs(tf.sub(pred, contexts)); // [B, N, D]
    const smooth = tf.where(tf.less(apart, 2), tf.div(tf.square(apart), 4), tf.sub(apart, 1)); // β = 2
    const perPatch: Tensor2D = tf.mean(smooth, -1);
    const expected = tf.div(tf.sum(tf.mul(perPatch, mask)), tf.sum(mask)).dataSync()[0]!;
    const loss = found.loss.dataSync()[0]!;
    assert.ok(Math.abs(loss - expected) < 1e-5, `${loss} is not ${expected}`); // float32, sums in another order
  });
}

Deno.test("data2vec's three activations are three targets", () => {
  const losses = ["block", "ffn", "attention"].map((activations) =>
    data2vecMethod.pipeline(configWith(`target.activations=${activations}`), image)
      .step(batch, { step: 0, progress: 0 }).loss.dataSync()[0]!
  );
  assert.equal(new Set(losses).size, 3);
});

Deno.test("data2vec's config without activations, as runs had it before, means blocks; another word is refused", () => {
  const { target, ...rest } = data2vecMethod.presets.tiny!;
  const { activations: _, ...before } = target;
  assert.deepEqual(data2vecMethod.parse({ ...rest, target: before }), { ...rest, target });
  assert.equal(target.activations, "block");
  assert.throws(() => configWith("target.activations=mlp"), {
    name: "ConfigError",
    message: /target\.activations/,
  });
});

for (const activations of ["block", "ffn"]) {
  Deno.test(`data2vec's teacher drops no path and says the same whatever is masked (${activations})`, () => {
    const settings = ["encoder.dropPathRate=0.5", `target.activations=${activations}`];
    const pipeline = data2vecMethod.pipeline(configWith(...settings), image);
    const losses: number[] = [];
    const stepAt = (of: ImageBatch, step: number) => () => {
      losses.push(pipeline.step(of, { step, progress: 0 }).loss.dataSync()[0]!);
    };
    const otherMasks = { ...batch, epoch: 1 };
    const [first, ...others] = [stepAt(batch, 0), stepAt(batch, 1), stepAt(otherMasks, 0)].map(taughtIn);
    const encoder = beitEncoder(configWith(...settings), image);
    const withBranches = activations === "ffn";
    const evaluated = taughtIn(() => encoder.forwardStages(imageTensor(batch, image), { withBranches }));
    for (const passes of [first!, ...others]) {
      assert.equal(passes.length, 1);
      assert.ok(isSame(passes[0]!, evaluated[0]!));
    }
    assert.equal(new Set(losses).size, 3); // the student drops, and sees what is visible
  });
}

Deno.test("data2vec's teacher sees the masks where the config says so", () => {
  const pipeline = data2vecMethod.pipeline(configWith("target.maskTeacher=true"), image);
  const [first, second] = [batch, { ...batch, epoch: 1 }].map((of) =>
    taughtIn(() => pipeline.step(of, { step: 0, progress: 0 }))[0]!
  );
  assert.ok(!isSame(second!, first!));
});

Deno.test("20 steps of data2vec are the same to the bit with one seed, and others with another", async () => {
  using folder = new TemporaryFolder();
  const images = { ...testImages(32), height: 28, width: 28 };
  const run = async (name: string, seed: number) => {
    const config = configWith(
      "schedule.batchSize=8", // 4 steps an epoch
      "schedule.epochs=5",
      "encoder.dropPathRate=0.2",
      `seed=${seed}`,
    );
    const { step } = await pretrain(data2vecMethod, config, images, `${folder.path}/${name}`, {
      device,
      onCollapse: "warn",
    });
    assert.equal(step, 20);
    const losses = readMetrics(`${folder.path}/${name}/metrics.jsonl`).map(({ loss }) => loss);
    return { losses, bytes: Deno.readFileSync(newestCheckpoint(`${folder.path}/${name}`)!.path) };
  };
  const [a, b, c] = [await run("a", 0), await run("b", 0), await run("c", 1)];
  assert.deepEqual(b.losses, a.losses);
  assert.ok(isSame(b.bytes, a.bytes));
  assert.notDeepEqual(c.losses, a.losses);
});

Deno.test("data2vec's encoder of ViT-B in the paper preset has 85,666,128 parameters", () => {
  const { seed, encoder } = data2vecMethod.presets.paper!;
  const shape = { height: 224, width: 224, channels: 3 };
  const { parameters } = beitEncoder({ seed, encoder: { ...encoder, dim: 60 } }, shape); // quickly built
  const widened = (axis: number) => axis % 60 === 0 ? axis / 60 * encoder.dim : axis; // D, 3D and 4D; 768 pixels and 732 rows of the table are none
  const total = Object.values(parameters).reduce(
    (sum, { shape }) => sum + shape.map(widened).reduce((size, axis) => size * axis),
    0,
  );
  assert.equal(total, 85_666_128); // counted in Hugging Face's Data2VecVisionModel with a mask token and no pooler
  tf.dispose(Object.values(parameters));
});
