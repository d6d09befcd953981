import type { ImageSet } from "@lacuna/data";
import { PatchTransformer } from "@lacuna/encoders";
import { integer, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { compareEncoders } from "./compare_encoders.ts";
import { fineTune } from "./fine_tune.ts";
import { extraProtocols } from "./protocols.ts";

await useDevice("cpu");

/** 2×2 images of noise; the class is whether the first pixel is above 127. */
function noise(name: string, size: number): ImageSet {
  const images = Uint8Array.from({ length: 4 * size }, (_, i) => integer(stream({ seed: 0, name }), i, 256));
  return {
    name,
    height: 2,
    width: 2,
    channels: 1,
    numClasses: 2,
    classNames: ["dark", "light"],
    size,
    images,
    labels: Int32Array.from({ length: size }, (_, i) => Number(images[4 * i]! > 127)),
    mean: [0.5],
    std: [0.3],
    contentHash: name,
  };
}

Deno.test("compareEncoders() ranks an encoder that reads the class above pixels above one that cannot", async () => {
  const pixel = (index: number) => (images: tf.Tensor4D): tf.Tensor2D =>
    tf.slice(tf.reshape(images, [-1, 4]) as tf.Tensor2D, [0, index], [-1, 1]);
  const seen: string[] = [];
  const before = tf.memory().numTensors;
  const { table, trained } = await compareEncoders(
    { trained: pixel(0), untrained: pixel(3) },
    noise("train", 700),
    noise("test", 400),
    { onRow: (row) => seen.push(row.features) },
  );
  const [good, none, pixels] = table.rows;
  assert.deepEqual(seen, ["trained encoder", "untrained encoder", "raw pixels"]);
  assert.deepEqual(table.rows.map((row) => row.dim), [1, 1, 4]);
  assert.deepEqual([table.numTrain, table.numTest], [700, 400]);
  assert.ok(good!.knn > 0.97 && good!.linear > 0.97); // the sign of the one number is the class
  assert.ok(Math.abs(none!.knn - 0.5) < 0.1 && Math.abs(none!.linear - 0.5) < 0.1); // 4 standard errors of 400 coins
  assert.ok(pixels!.knn > 0.75 && pixels!.linear > 0.9);
  assert.equal(trained.test.values.length, 400);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("compareEncoders() adds what is asked for, each with its controls", async () => {
  const encoder = (seed: number) =>
    new PatchTransformer({
      imageHeight: 2,
      imageWidth: 2,
      channels: 1,
      patchSize: 1,
      dim: 8,
      depth: 2,
      numHeads: 2,
      mlpRatio: 2,
      dropPathRate: 0,
      family: "vit",
      layerScaleInit: 0,
      maskToken: false,
    }, stream({ seed, name: "init" }));
  const [trained, untrained] = [encoder(0), encoder(1)];
  const pool = (encoder: PatchTransformer) => (images: tf.Tensor4D) =>
    tf.mean<tf.Tensor2D>(encoder.patchTokens(images), 1);
  const also = extraProtocols;
  const sets = [noise("train", 60), noise("test", 40)] as const;
  const encoders = { trained: pool(trained), untrained: pool(untrained) };
  let numPasses = 0; // for vectors of layers
  const layerVectors = trained.layerVectors.bind(trained);
  trained.layerVectors = (images) => (numPasses++, layerVectors(images));
  const budget = {
    epochs: 1,
    warmupEpochs: 0,
    batchSize: 20,
    baseLearningRate: 0.1,
    augment: [{ kind: "flip", probability: 0.5 }],
  } as const;
  const losses: number[] = [];
  const { table } = await compareEncoders(encoders, ...sets, {
    also,
    tokens: { trained, untrained, patchSize: 1 },
    fineTune: { ...budget, onEpoch: (_, loss) => losses.push(loss) },
  });
  const [first, second, pixels] = table.rows;
  for (const row of [first!, second!]) {
    for (const name of also) assert.ok(row[name]! >= 0 && row[name]! <= 1, `${name}: ${row[name]}`);
  }
  assert.equal(numPasses, 2); // a split each, of fewer images than go together
  for (const name of also) assert.equal(pixels![name] === undefined, name === "finetune", name);
  const tuned = await fineTune(trained, ...sets, budget);
  const fromScratch = await fineTune(untrained, ...sets, budget);
  assert.deepEqual(losses, [...tuned.losses, ...fromScratch.losses]); // the same budget
  assert.deepEqual([first!.finetune, second!.finetune], [tuned.accuracy, fromScratch.accuracy]);
  assert.equal(pixels!["linear-beit"]! > 0.75, true); // pixels are their own only layer
  assert.ok(pixels!.ridge! > 0.75 && pixels!.attentive! >= 0); // one of 4 pixels is the class
  for (const row of table.rows) assert.equal(row.rank, undefined);
  await assert.rejects(compareEncoders(encoders, ...sets, { also }), /without tokens: pass the encoders/);
});

Deno.test("compareEncoders() measures the features of every row, LiDAR where it is told what a view is", async () => {
  const encoders = {
    trained: (images: tf.Tensor4D): tf.Tensor2D => tf.reshape(images, [-1, 4]),
    untrained: (images: tf.Tensor4D): tf.Tensor2D => tf.mul(tf.reshape(images, [-1, 4]), 0),
  };
  const { table } = await compareEncoders(encoders, noise("train", 60), noise("test", 40), {
    also: ["rank"],
    view: [{ kind: "flip" }],
  });
  const [first, none, pixels] = table.rows.map((row) => row.rank!);
  assert.deepEqual(first, pixels);
  assert.ok(pixels!.lidar! > 1 && pixels!.effectiveRank > 3);
  assert.deepEqual([none!.rankMe, none!.effectiveRank, none!.lidar], [1, 1, 1]); // all images get the same vector
  assert.ok(Math.abs(none!.spread - 1e-3) < 1e-9); // √1e-6
});
