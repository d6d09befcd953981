import type { ImageSet } from "@lacuna/data";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { embed } from "./embed.ts";

await useDevice("cpu");

const images: ImageSet = {
  name: "three by hand",
  height: 1,
  width: 2,
  channels: 1,
  numClasses: 1,
  classNames: ["any"],
  size: 3,
  images: Uint8Array.of(0, 51, 102, 153, 204, 255), // 0, 0.2, 0.4, 0.6, 0.8, 1
  labels: new Int32Array(3),
  mean: [0.2],
  std: [0.4],
  contentHash: "",
};

Deno.test("embed() gives every image's normalized pixels to the encoder, in batches and a rest", async () => {
  const sizes: number[] = [];
  const before = tf.memory().numTensors;
  const features = await embed(
    (x) => {
      sizes.push(x.shape[0]);
      return tf.reshape(tf.mul(x, 10), [x.shape[0], 2]);
    },
    images,
    2,
  );
  assert.deepEqual([...features].map((x) => Math.round(x * 1e4) / 1e4), [-5, 0, 5, 10, 15, 20]); // 10 · (x − 0.2) / 0.4
  assert.deepEqual(sizes, [2, 1]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("embed() refuses an encoder that does not give one vector an image", async () => {
  const before = tf.memory().numTensors;
  await assert.rejects(embed((x) => tf.reshape(x, [1, -1]), images, 2), {
    name: "TypeError",
    message: "The encoder gave [1,4] for 2 images: it must give one vector an image",
  });
  assert.equal(tf.memory().numTensors, before);
  await assert.rejects(embed((x) => tf.reshape(x, [-1, 2]), images, 0), RangeError);
});
