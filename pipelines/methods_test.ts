import assert from "node:assert/strict";
import { AdamW, useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { listCheckpoints } from "./checkpoint.ts";
import { ConfigError, InterruptedError } from "./errors.ts";
import type { ImageBatch } from "./image_batch.ts";
import { maeMethod } from "./mae.ts";
import type { MethodConfig } from "./method.ts";
import { learningRateSchedule } from "./learning_rate_schedule.ts";
import { methodBatches } from "./method_batches.ts";
import { methodNamed, methodNames, presetOf } from "./methods.ts";
import { loadRun } from "./load_run.ts";
import { overrideConfig } from "./config.ts";
import { pretrain } from "./pretrain.ts";
import { readRunSummary } from "./run_summary.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testImages } from "./_test_images.ts";

const device = await useDevice("wasm");
const images = { ...testImages(32), height: 28, width: 28 }; // decoded images are brought to this size by the crop
const start = { step: 0, progress: 0.5 };

/** A method's tiny preset with a pipeline at its start, and its first batch. */
async function begin(name: string, ...settings: string[]) {
  const method = methodNamed(name);
  const config = overrideConfig<MethodConfig>(
    presetOf(method, "tiny"),
    ["schedule.batchSize=8", ...settings],
    method.parse,
  );
  await using source = await methodBatches(method, config, images);
  const taken: unknown[] = [];
  for await (const { batch } of source.batches(0, 0)) {
    taken.push(structuredClone(batch));
    if (taken.length === 2) break;
  }
  const prepared = await method.prepare?.(
    config,
    images,
    (async function* () {
      yield* taken;
    })(),
  );
  return { method, config, batch: taken[0], prepared, pipeline: method.pipeline(config, images, prepared) };
}

/** A batch of some images of another, in that order. */
function rowsOf(batch: unknown, rows: readonly number[]): unknown {
  const { samples } = batch as ImageBatch;
  return Object.fromEntries(
    Object.entries(batch as Record<string, Float32Array | number>).map(([field, values]) => {
      if (typeof values === "number") return [field, values]; // the epoch
      const size = values.length / samples.length;
      return [
        field,
        Float32Array.from(rows.flatMap((row) => [...values.subarray(row * size, (row + 1) * size)])),
      ];
    }),
  );
}

for (const name of methodNames) {
  Deno.test(`${name}: every trainable parameter has a gradient, the teacher none, and a step leaves its result alone`, async () => {
    const { pipeline, batch } = await begin(name);
    const before = tf.memory().numTensors;
    const result = pipeline.step(batch, start);
    const kept = 2 + Object.keys(result.grads).length + Object.keys(result.metrics).length;
    assert.equal(tf.memory().numTensors, before + kept);
    const trainable = Object.keys(pipeline.parameters).filter((key) => pipeline.parameters[key]!.trainable);
    assert.deepEqual(Object.keys(result.grads).sort(), trainable.sort());
    const dead = trainable.filter((key) =>
      !/attn\.(k|qkv)\.bias$|cross_attn\.k\.bias$|(projector|predictor|head)\.\d\.bias$|rel_pos_bias/.test(
        key,
      ) &&
      !(tf.max(tf.abs(result.grads[key]!)).dataSync()[0]! > 1e-9)
    );
    assert.deepEqual(dead, []);
    assert.ok(Number.isFinite(result.loss.dataSync()[0]!) && result.loss.dataSync()[0]! > 0);
    assert.deepEqual(result.targets.shape, [8, pipeline.outDim]);
    assert.ok(Object.values(pipeline.teacher).every((parameter) => !parameter.trainable));
  });

  Deno.test(`${name}: the same batch gives the same step, and learning from it lowers its loss`, async () => {
    const { pipeline, batch, config } = await begin(name);
    const optimizer = new AdamW(pipeline.parameters, {
      ...config.optimizer,
      weightDecay: 0,
      decayed: () => false,
    });
    const losses: number[] = [];
    for (let step = 0; step < 30; step++) {
      const { loss, grads } = pipeline.step(batch, { step: 0, progress: 0.5 }); // the same masks and noise
      if (step === 0) assert.equal(loss.dataSync()[0], pipeline.step(batch, start).loss.dataSync()[0]);
      losses.push(loss.dataSync()[0]!);
      optimizer.step(grads, 3e-3, { teacher: pipeline.teacher, momentum: 1 });
      tf.dispose([loss, ...Object.values(grads)]);
    }
    assert.ok(losses.at(-1)! < 0.97 * losses[0]!, `${losses[0]} … ${losses.at(-1)}`);
  });

  Deno.test(`${name}: a run is trained, resumed to the bytes of one that was never stopped, and loaded, and represents images`, async () => {
    using folder = new TemporaryFolder();
    const { method, config } = await begin(name, "schedule.epochs=1", "log.checkpointEvery=2");
    const [whole, stopped] = [`${folder.path}/whole`, `${folder.path}/stopped`];
    const options = { device, onCollapse: "warn" } as const;
    const summary = await pretrain(method, config, images, whole, options);
    assert.deepEqual([summary.pipeline, summary.status, summary.step], [name, "complete", 4]);
    const stop = new AbortController();
    const onStep = ({ step }: { readonly step: number }) => step === 2 && stop.abort();
    await assert.rejects(
      pretrain(method, config, images, stopped, { ...options, onStep, signal: stop.signal }),
      InterruptedError,
    );
    assert.equal(readRunSummary(stopped)!.step, 3);
    await pretrain(method, config, images, stopped, options);
    const [resumed, expected] = [stopped, whole].map((run) =>
      Deno.readFileSync(listCheckpoints(`${run}/checkpoints`).at(-1)!)
    );
    assert.equal(resumed!.length, expected!.length);
    assert.ok(resumed!.every((byte, i) => byte === expected![i]));
    const { trained, untrained } = loadRun(stopped);
    const input: Tensor4D = tf.randomNormal([3, 28, 28, 1], 0, 1, "float32", 1);
    const [after, start] = [trained, untrained].map((pipeline) => pipeline.represent(input));
    assert.equal(after!.shape[0], 3);
    assert.ok(tf.max(tf.abs(tf.sub(after!, start!))).dataSync()[0]! > 1e-6);
  });

  Deno.test(`${name}: what of an image is masked depends neither on its place in a batch nor on the others`, async () => {
    const { pipeline, batch } = await begin(name, ...name === "extrema" ? ["encoder.dropPathRate=0"] : []);
    const { samples, epoch } = batch as ImageBatch;
    for (const [key, parameter] of Object.entries(pipeline.parameters)) { // its class token hardly looks at patches as it starts
      if (name === "data2vec2" && /(attn|mlp).*weight$/.test(key)) parameter.assign(tf.mul(parameter, 10));
    }
    const lossOf = (...rows: number[]) => {
      const { loss, metrics } = pipeline.step(rowsOf(batch, rows), start);
      const own = name === "data2vec2" ? metrics.classLoss as tf.Scalar : loss; // its decoder's noise is drawn row by row
      return own.dataSync()[0]!;
    };
    const near = (found: number, expected: number) =>
      assert.ok(Math.abs(found - expected) < 1e-5 * expected, `${found} is not ${expected}`); // float32
    near(lossOf(3, 2, 1, 0), lossOf(0, 1, 2, 3));
    if (["extrema", "byol", "conmim"].includes(name)) return; // whose heads' norms make an image's loss depend on the others
    const numMasked = [0, 1, 2, 3].map((row) => {
      const parts = pipeline.visibleParts({ epoch, sample: samples[row]! });
      return parts.reduce((sum, { length }) => sum + 16 - length, 0);
    });
    const alone = numMasked.map((weight, row) => weight * lossOf(row));
    const sum = (values: readonly number[]) => values.reduce((total, x) => total + x, 0);
    near(lossOf(0, 1, 2, 3), sum(alone) / sum(numMasked));
  });

  Deno.test(`${name}: its presets pass its own checks, and a wrong field is named`, () => {
    const method = methodNamed(name);
    for (const preset of ["demo", "tiny", "paper"]) {
      const config = presetOf(method, preset);
      assert.deepEqual(method.parse(config), config);
      assert.ok(method.describe(config).includes(`width ${(config.encoder as { dim?: number }).dim}`));
    }
    assert.throws(() => method.parse({ ...presetOf(method, "tiny"), seed: -1 }), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.match(error.message, /seed/);
      return true;
    });
  });
}

Deno.test("paper presets clip and end as each method's released recipe does", () => {
  const recipes = Object.fromEntries(methodNames.map((name) => {
    const { optimizer, schedule } = presetOf(methodNamed(name), "paper");
    const last = learningRateSchedule({ ...optimizer, ...schedule }, schedule.epochs);
    return [name, [optimizer.clipNorm, Number(last.toPrecision(12))]];
  }));
  assert.deepEqual(recipes, {
    extrema: [0, 0],
    data2vec: [3, 1e-5],
    data2vec2: [4, 0],
    mae: [0, 0],
    simmim: [5, 4e-5], // a tenth of 1e-4 · 2048 / 512
    maskfeat: [0.02, 0],
    beit: [3, 1e-5],
    bootmae: [0, 1e-4],
    conmim: [1, 0],
    byol: [0, 0],
  });
});

Deno.test("paper presets drop paths at each method's own rate", () => {
  const rates = Object.fromEntries(methodNames.flatMap((name) => {
    const { encoder } = presetOf(methodNamed(name), "paper");
    return "dropPathRate" in encoder ? [[name, encoder.dropPathRate]] : [];
  }));
  assert.deepEqual(rates, { extrema: 0.1, data2vec: 0.25, simmim: 0.1, maskfeat: 0, beit: 0.1, conmim: 0.1 });
});

/** A batch of one image whose patches (7 × 7 of 4 × 4) in `hidden` are changed. */
function withChanged(batch: ImageBatch, hidden: readonly number[]): ImageBatch {
  const changed = Float32Array.from(batch.images);
  for (const patch of hidden) {
    const [top, left] = [7 * Math.floor(patch / 4), 7 * (patch % 4)];
    for (let i = 0; i < 49; i++) changed[(top + Math.floor(i / 7)) * 28 + left + i % 7] = 5;
  }
  return { ...batch, images: changed };
}

for (const name of ["mae", "simmim", "maskfeat", "beit"]) {
  Deno.test(`${name}: what is masked reaches the loss as a target alone`, async () => {
    const { pipeline, batch } = await begin(name);
    const { images: pixels, epoch, samples } = batch as ImageBatch;
    const one: ImageBatch = { images: pixels.slice(0, 784), samples: samples.slice(0, 1), epoch };
    const [visible] = pipeline.visibleParts({ epoch, sample: samples[0]! });
    const hidden = [...Array(16).keys()].filter((patch) => !visible!.includes(patch));
    assert.ok(hidden.length > 0);
    const outputs = [one, withChanged(one, hidden)].map((
      of,
    ) => [...pipeline.step(of, start).targets.dataSync()]);
    assert.deepEqual(outputs[1], outputs[0]); // the encoder's tokens: it did not see the change
    const seen = withChanged(one, [...visible!]);
    assert.notDeepEqual([...pipeline.step(seen, start).targets.dataSync()], outputs[0]);
  });
}

Deno.test("methodNamed() and presetOf() name the nearest", () => {
  assert.throws(
    () => methodNamed("simmin"),
    new ConfigError("There is no method simmin: did you mean simmim?"),
  );
  assert.throws(
    () => presetOf(maeMethod, "dmeo"),
    new ConfigError("MAE has no preset dmeo: did you mean demo?"),
  );
});
