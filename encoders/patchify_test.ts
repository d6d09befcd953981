import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { patchify } from "./patchify.ts";

await useDevice("cpu");

Deno.test("patchify() goes through patches row by row, and inside by row, column and channel", () => {
  const [height, width, channels] = [4, 6, 2];
  const name = (h: number, w: number, c: number) => 100 * h + 10 * w + c; // a pixel's value tells where it is
  const images = tf.buffer([1, height, width, channels], "float32");
  for (let h = 0; h < height; h++) {
    for (let w = 0; w < width; w++) {
      for (let c = 0; c < channels; c++) images.set(name(h, w, c), 0, h, w, c);
    }
  }
  const patches = patchify(images.toTensor() as tf.Tensor4D, 2);
  assert.deepEqual(patches.shape, [1, 6, 8]);
  const fifth = [...patches.dataSync()].slice(4 * 8, 5 * 8); // grid row 1, column 1: pixels from (2, 2)
  assert.deepEqual(fifth, [220, 221, 230, 231, 320, 321, 330, 331]);
});

Deno.test("patchify() keeps images apart", () => {
  const images = tf.concat([tf.zeros([1, 4, 4, 1]), tf.ones([1, 4, 4, 1])]) as tf.Tensor4D;
  assert.deepEqual([...patchify(images, 2).dataSync()], [...Array(16).fill(0), ...Array(16).fill(1)]);
});

Deno.test("patchify() refuses a patch size that does not divide the image", () => {
  assert.throws(() => patchify(tf.zeros([1, 28, 28, 1]), 5), {
    name: "RangeError",
    message: "Cannot cut images of 28×28 into patches of 5×5: choose a patch size that divides both",
  });
});
