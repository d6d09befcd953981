import { memorySplit } from "@lacuna/data/loader";
import { integer, normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { readCheckpoint } from "./checkpoint.ts";
import { ConfigError } from "./errors.ts";
import { extremaMethod } from "./extrema_method.ts";
import { readMetrics } from "./metrics_log.ts";
import { newestCheckpoint } from "./newest_checkpoint.ts";
import { OnlineProbe } from "./online_probe.ts";
import { pretrain } from "./pretrain.ts";
import { TemporaryFolder } from "./_temporary_folder.ts";
import { testConfig } from "./_test_config.ts";
import { testImages } from "./_test_images.ts";
import type { TrainingImages } from "./training_images.ts";

await useDevice("cpu");

/** 14×14 noise, darker for class 0, with labels. */
function shades(size: number): TrainingImages {
  const labels = Int32Array.from({ length: size }, (_, row) => row % 2);
  const prng = stream({ seed: 0, name: "shades" });
  const values = Uint8Array.from(
    { length: size * 196 },
    (_, i) => integer(prng, i, 156) + 100 * labels[Math.floor(i / 196)]!,
  );
  const columns = {
    image: { column: { name: "image", kind: "image", shape: [14, 14, 1] } as const, values },
    shade: {
      column: { name: "shade", kind: "label", classNames: ["dark", "bright"] } as const,
      values: labels,
    },
  };
  return {
    ...testImages(2),
    name: "shades",
    split: memorySplit("shades", { first: 0, numRows: size, columns }),
  };
}

const device = { name: "cpu", detail: "" };

Deno.test("a run is bit for bit the same with an online probe, which learns to tell the classes", async () => {
  const config = testConfig("schedule.epochs=4");
  const results = [];
  for (const probeEvery of [undefined, 2]) {
    using folder = new TemporaryFolder();
    const before = tf.memory().numTensors;
    await pretrain(extremaMethod, config, shades(64), folder.path, {
      device,
      probeEvery,
      onCollapse: "warn",
    });
    const lines = readMetrics(`${folder.path}/metrics.jsonl`);
    results.push({
      lines: lines.map(({ imagesPerSecond: _, dataShare: __, probeAccuracy: ___, ...line }) => line),
      tensors: readCheckpoint(newestCheckpoint(folder.path)!.path).tensors,
      accuracies: lines.map(({ probeAccuracy }) => probeAccuracy),
      numTensors: tf.memory().numTensors - before,
    });
  }
  const [without, probed] = results as [typeof results[number], typeof results[number]];
  assert.deepEqual(probed.lines, without.lines);
  assert.deepEqual(probed.tensors, without.tensors);
  assert.equal(probed.numTensors, without.numTensors);
  assert.deepEqual(without.accuracies.filter((accuracy) => accuracy !== undefined), []);
  assert.deepEqual(
    probed.accuracies.map((accuracy) => accuracy !== undefined),
    probed.accuracies.map((_, step) => step % 2 === 0),
  );
  const last = probed.accuracies.filter((accuracy) => accuracy !== undefined).slice(-8);
  assert.ok(last.reduce((sum, x) => sum + x, 0) / 8 > 0.75, `${last}`); // guessing gets more than 48 of 64 once in 10⁵
});

Deno.test("pretrain() says where there are no classes to probe with", async () => {
  using folder = new TemporaryFolder();
  await assert.rejects(
    pretrain(extremaMethod, testConfig(), testImages(16), folder.path, { device, probeEvery: 1 }),
    (error: Error) =>
      error instanceof ConfigError &&
      /stripes has no column of labels .* only image \(image\)/.test(error.message),
  );
});

Deno.test("OnlineProbe classifies before it learns, by the steps of tfjs's own momentum", async () => {
  const numbers = normals(12 * 3, stream({ seed: 0, name: "x" }));
  const labels = Int32Array.from({ length: 12 }, (_, row) => row % 2);
  using probe = new OnlineProbe({
    represent: (images) => tf.reshape(images, [12, 3]),
    image: { height: 1, width: 3, channels: 1 },
    numClasses: 2,
    every: 1,
    seed: 7,
  });
  const { mean, variance } = tf.moments(tf.tensor2d(numbers, [12, 3]), 0);
  const normal = tf.div(tf.sub(tf.tensor2d(numbers, [12, 3]), mean), tf.sqrt(tf.add(variance, 1e-6)));
  const rows = tf.concat([normal, tf.ones([12, 1])], 1) as Tensor2D;
  const start = normals(8, stream({ seed: 7, name: "online-probe/weight" })).map((z) => 0.01 * z);
  const weight = tf.variable<tf.Rank.R2>(tf.tensor2d(start, [4, 2]));
  const optimizer = tf.train.momentum(0.1, 0.9);
  const target = tf.oneHot(tf.tensor1d(labels, "int32"), 2);
  for (let step = 0; step < 5; step++) {
    const predictions = tf.argMax(tf.matMul(rows, weight), -1).dataSync();
    const numRight = labels.filter((label, row) => label === predictions[row]).length;
    assert.ok(Math.abs(await probe.step({ images: numbers, labels }) - numRight / 12) < 1e-6);
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(target, tf.matMul(rows, weight)) as tf.Scalar);
  }
});
