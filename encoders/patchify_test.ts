import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { patchify } from "./patchify.ts";
import { unpatchify } from "./unpatchify.ts";

await useDevice("cpu");

Deno.test("patchify() has MAE's and PixelShuffle's orders: two channels of two by two pixels, numbered channel by channel", () => {
  const image: Tensor4D = tf.transpose(tf.tensor4d([0, 1, 2, 3, 4, 5, 6, 7], [1, 2, 2, 2]), [0, 2, 3, 1]);
  assert.deepEqual([...patchify(image, 2, "channelLast").dataSync()], [0, 4, 1, 5, 2, 6, 3, 7]);
  assert.deepEqual([...patchify(image, 2, "channelFirst").dataSync()], [0, 1, 2, 3, 4, 5, 6, 7]);
});

for (const order of ["channelLast", "channelFirst"] as const) {
  Deno.test(`unpatchify() undoes patchify() in the order ${order}`, () => {
    for (
      const [height, width, channels, patchSize] of [[4, 4, 1, 2], [8, 12, 3, 4], [6, 3, 2, 3], [
        5,
        5,
        3,
        5,
      ]] as const
    ) {
      const images = tf.randomNormal<tf.Rank.R4>([3, height, width, channels]);
      const patches = patchify(images, patchSize, order);
      assert.deepEqual(
        unpatchify(patches, [height, width, channels], patchSize, order).dataSync(),
        images.dataSync(),
      );
    }
    assert.throws(() => unpatchify(tf.zeros([1, 4, 12]), [4, 4, 1], 2, order), TypeError);
  });
}
