import assert from "node:assert/strict";
import { momentumSchedule } from "@lacuna/objectives";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { ExtremaConfig } from "./config.ts";
import { extrema, type ExtremaPipeline } from "./extrema.ts";
import { extremaMethod } from "./extrema_method.ts";
import { methodBatches } from "./method_batches.ts";
import { testConfig } from "./_test_config.ts";
import type { ViewsBatch } from "./views_batch.ts";
import { testImages } from "./_test_images.ts";

await useDevice("cpu");

const images = testImages(16);
const start = { step: 0, progress: 0 };

/** The first batch of epoch 0. */
async function batchOf(config: ExtremaConfig, batchSize = 8): Promise<ViewsBatch> {
  const { schedule, ...rest } = config;
  const source = await methodBatches(
    extremaMethod,
    { ...rest, schedule: { ...schedule, batchSize } },
    images,
  );
  const { value } = await source.batches(0, 0).next();
  return value!.batch;
}

/** A copy of every value, by name. */
function valuesOf(parameters: ExtremaPipeline["parameters"]): Record<string, number[]> {
  return Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [...value.dataSync()]]));
}

Deno.test("the student has a gradient in every trainable parameter, the teacher none", async () => {
  const pipeline = extrema(testConfig("encoder.dropPathRate=0"), images);
  const { loss, grads, targets } = pipeline.step(await batchOf(testConfig()), start);
  const trainable = Object.keys(pipeline.parameters).filter((name) => name !== "pos_embed");
  assert.deepEqual(Object.keys(grads).sort(), trainable.sort());
  for (const [name, grad] of Object.entries(grads)) {
    // the softmax over keys does not feel a bias that all of them share, batch norm none before it
    if (/attn\.(k|qkv)\.bias$|^(head|predictor)\.[03]\.bias$/.test(name) && name !== "predictor.3.bias") {
      continue;
    }
    assert.ok(grad.dataSync().some((x) => Math.abs(x) > 1e-9), `${name} has no gradient`);
  }
  assert.ok(Object.values(pipeline.teacher).every((parameter) => !parameter.trainable));
  assert.ok(loss.dataSync()[0]! > 0 && loss.dataSync()[0]! < 4); // of unit vectors
  assert.deepEqual(targets.shape, [8, 8]);
});

Deno.test("the teacher begins as the student's encoder and projector, without the predictor", () => {
  const { parameters, teacher } = extrema(testConfig(), images);
  const shared = Object.keys(parameters).filter((name) => !name.startsWith("predictor."));
  assert.deepEqual(Object.keys(teacher).sort(), shared.sort());
  for (const [name, values] of Object.entries(valuesOf(teacher))) {
    assert.deepEqual(values, [...parameters[name]!.dataSync()], name);
  }
});

Deno.test("a step moves neither the student nor the teacher", async () => {
  const config = testConfig();
  const pipeline = extrema(config, images);
  const [student, teacher] = [valuesOf(pipeline.parameters), valuesOf(pipeline.teacher)];
  pipeline.step(await batchOf(config), start);
  assert.deepEqual(valuesOf(pipeline.parameters), student);
  assert.deepEqual(valuesOf(pipeline.teacher), teacher);
});

Deno.test("the teacher's momentum is the schedule's, from m₀ up to 1", () => {
  const config = testConfig();
  const { momentum } = extrema(config, images);
  assert.equal(momentum(0.5), momentumSchedule(config.schedule.momentum, 0.5));
  assert.equal(momentum(1), 1);
});

Deno.test("a step tells the mean cosine that its loss stands for, and leaves nothing but its result", async () => {
  const config = testConfig();
  const pipeline = extrema(config, images);
  const before = tf.memory().numTensors;
  const result = pipeline.step(await batchOf(config), start);
  const cosine = (result.metrics.cosine as tf.Scalar).dataSync()[0]!;
  assert.ok(Math.abs(cosine - (1 - result.loss.dataSync()[0]! / 2)) < 1e-6); // |p − t|² = 2 − 2 cos; float32
  tf.dispose(result);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("the loss is a mean over images: every image twice gives the same", async () => {
  const config = testConfig("heads.norm=layer", "encoder.dropPathRate=0");
  const once = await batchOf(config, 4);
  const twice: ViewsBatch = {
    student: new Float32Array([...once.student, ...once.student]),
    teacher: new Float32Array([...once.teacher, ...once.teacher]),
    samples: new Int32Array([...once.samples, ...once.samples]),
    epoch: 0,
  };
  const a = extrema(config, images).step(once, start).loss.dataSync()[0]!;
  const b = extrema(config, images).step(twice, start).loss.dataSync()[0]!;
  assert.ok(Math.abs(a - b) < 1e-6, `${a} and ${b}`); // float32
});

Deno.test("the same seed, epoch, samples and step give the same numbers; another epoch gives other masks", async () => {
  const config = testConfig();
  const lossOf = (batch: ViewsBatch, step = 0) =>
    extrema(config, images).step(batch, { step, progress: 0 }).loss.dataSync()[0]!;
  const batch = await batchOf(config);
  assert.equal(lossOf(batch), lossOf(batch));
  assert.notEqual(lossOf(batch), lossOf({ ...batch, epoch: 1 })); // masks
  assert.notEqual(lossOf(batch), lossOf(batch, 1)); // drop path
  assert.notEqual(
    lossOf(batch),
    extrema({ ...config, seed: 1 }, images).step(batch, start).loss.dataSync()[0]!,
  );
});

Deno.test("without the predictor the projector speaks to the teacher", () => {
  const { parameters, teacher } = extrema(testConfig("heads.usePredictor=false"), images);
  assert.deepEqual(Object.keys(parameters), Object.keys(teacher));
});

Deno.test("a student that is its own target begins with the teacher's loss, and feels its target only where asked", async () => {
  const settings = ["encoder.dropPathRate=0", "heads.norm=layer"]; // teacher and student begin with the same numbers
  const batch = await batchOf(testConfig());
  const stepOf = (source: string) =>
    extrema(testConfig(...settings, `target.source=${source}`), images).step(batch, start);
  const [teacher, student, through] = ["teacher", "student", "differentiated"].map(stepOf);
  assert.equal(student!.loss.dataSync()[0], teacher!.loss.dataSync()[0]);
  assert.equal(through!.loss.dataSync()[0], teacher!.loss.dataSync()[0]);
  const gradOf = ({ grads }: typeof teacher & object) => [...grads["patch_embed.proj.weight"]!.dataSync()];
  assert.deepEqual(gradOf(student!), gradOf(teacher!));
  assert.notDeepEqual(gradOf(through!), gradOf(teacher!));
});

Deno.test("a differentiated target's gradient is the slope of the loss", async () => {
  const config = testConfig("encoder.dropPathRate=0", "heads.norm=layer", "target.source=differentiated");
  const batch = await batchOf(config);
  const { grads } = extrema(config, images).step(batch, start);
  const slope = Object.values(grads).reduce((sum, grad) => sum + tf.sum(tf.square(grad)).dataSync()[0]!, 0);
  const lossAt = (distance: number) => {
    const moved = extrema(config, images);
    for (const [name, grad] of Object.entries(grads)) {
      const value = moved.parameters[name]!;
      value.assign(tf.add(value, tf.mul(distance / Math.sqrt(slope), grad)));
    }
    return moved.step(batch, start).loss.dataSync()[0]!;
  };
  const difference = (lossAt(3e-5) - lossAt(-3e-5)) / 6e-5; // along the gradient; the norm of a small class token bends soon
  assert.ok(Math.abs(difference / Math.sqrt(slope) - 1) < 0.02, `${difference}, ${Math.sqrt(slope)}`); // float32, third order: 0.013 at 1e-4
});

Deno.test("crops of their own differ between the branches, one crop does not", async () => {
  const same = await batchOf(testConfig("augment.jitterProbability=0"));
  assert.deepEqual(same.student, same.teacher);
  const own = await batchOf(testConfig("augment.jitterProbability=0", "augment.crops=separate"));
  assert.notDeepEqual(own.student, own.teacher);
});

Deno.test("extrema() refuses what does not fit before the first step", () => {
  const refuse = (message: RegExp, ...settings: string[]) =>
    assert.throws(() => extrema(testConfig(...settings), images), { name: "RangeError", message });
  refuse(/patch/i, "encoder.patchSize=5"); // 14 / 5
  refuse(/patch/i, "encoder.patchSize=28"); // no token to mask, but that is not what is wrong
  refuse(/5 disjoint masks of 1 tokens do not fit in 4/, "masks.numMasks=5");
  refuse(/keeps 0 of 4 tokens/, "masks.ratio=0.9");
  refuse(/head/i, "encoder.numHeads=3"); // 8 / 3
});
