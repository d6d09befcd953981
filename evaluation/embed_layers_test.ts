import type { ImageSet } from "@lacuna/data";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { embedLayers } from "./embed_layers.ts";

await useDevice("cpu");

const images: ImageSet = {
  name: "three by hand",
  height: 1,
  width: 2,
  channels: 1,
  numClasses: 2,
  classNames: ["one", "two"],
  size: 3,
  images: Uint8Array.of(0, 255, 255, 0, 255, 255),
  labels: Int32Array.of(0, 1, 1),
  mean: [0],
  std: [1],
  contentHash: "",
};

Deno.test("embedLayers() keeps every layer of one pass over the batches", async () => {
  let numPasses = 0;
  const before = tf.memory().numTensors;
  const layers = await embedLayers(
    (batch) => {
      numPasses++;
      const pixels: tf.Tensor2D = tf.reshape(batch, [-1, 2]);
      return [pixels, tf.sum(tf.mul(pixels, 2), 1, true)];
    },
    images,
    2,
  );
  assert.equal(numPasses, 2); // two images, and one
  assert.deepEqual(layers, [
    { values: Float32Array.of(0, 1, 1, 0, 1, 1), dim: 2, labels: images.labels },
    { values: Float32Array.of(2, 2, 4), dim: 1, labels: images.labels },
  ]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("embedLayers() refuses a layer that does not give one vector an image", async () => {
  const before = tf.memory().numTensors;
  const first = (batch: tf.Tensor4D) => tf.slice(batch, [0, 0, 0, 0], [1, -1, -1, -1]);
  await assert.rejects(
    embedLayers((batch) => [tf.reshape(batch, [-1, 2]), tf.reshape(first(batch), [1, 2])], images, 2),
    { name: "TypeError", message: "The encoder gave [1,2] for 2 images: it must give one vector an image" },
  );
  assert.equal(tf.memory().numTensors, before);
});
