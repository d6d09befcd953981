import assert from "node:assert/strict";
import { choice, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, testedDevices } from "./_agreement.ts";
import { gatherPatches } from "./gather_patches.ts";
import { gatherPatchesReference } from "./gather_patches_reference.ts";

Deno.test("gatherPatches() goes through patches line by line, and inside by row, column and channel", async () => {
  const [height, width, channels] = [4, 6, 2];
  const name = (h: number, w: number, c: number) => 100 * h + 10 * w + c; // a pixel's value tells where it is
  const pixels = Array.from({ length: height * width * channels }, (_, i) => {
    const row = Math.floor(i / channels / width), column = Math.floor(i / channels) % width;
    return name(row, column, i % channels);
  });
  for (const device of testedDevices) {
    await useDevice(device);
    const patches = gatherPatches(tf.tensor4d(pixels, [1, height, width, channels]), 2);
    assert.deepEqual(patches.shape, [1, 6, 8]);
    const fifth = [...patches.dataSync()].slice(4 * 8, 5 * 8); // grid line 1, column 1: pixels from (2, 2)
    assert.deepEqual(fifth, [220, 221, 230, 231, 320, 321, 330, 331], device);
  }
});

Deno.test("gatherPatches() keeps by row modulo the batch size", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const images = tf.tensor4d([0, 1, 2, 10, 11, 12], [2, 1, 3, 1]);
    const keep = tf.tensor2d([[2, 0], [1, 1], [0, 1], [2, 0]], [4, 2], "int32"); // two masks of two images
    assert.deepEqual([...gatherPatches(images, 1, keep).dataSync()], [2, 0, 11, 11, 0, 1, 12, 10], device);
  }
});

Deno.test("gatherPatches() agrees with its reference in value and gradient, where masks overlap as well", async () => {
  for (
    const [batchSize, height, width, channels, patchSize, numMasks, numVisible] of [
      [1, 1, 2, 1, 1, 1, 1],
      [2, 6, 9, 3, 3, 3, 4],
      [5, 28, 28, 1, 7, 4, 4],
      [3, 32, 48, 3, 16, 2, 3], // more than one piece of the parallel loop
    ] as const
  ) {
    const numPatches = height * width / patchSize ** 2;
    const rows = Array.from({ length: numMasks * batchSize }, (_, sample) => [
      ...choice(numPatches, numVisible, stream({ seed: 1, name: "keep", sample })),
    ]);
    const keep = () => tf.tensor2d(rows, [rows.length, numVisible], "int32");
    const shapes = [[batchSize, height, width, channels]];
    await assertAgreement(
      (images) => gatherPatches(images as Tensor4D, patchSize, keep()),
      (images) => gatherPatchesReference(images as Tensor4D, patchSize, keep()),
      shapes,
      1e-6, // sums of at most four terms
    );
    await assertAgreement(
      (images) => gatherPatches(images as Tensor4D, patchSize),
      (images) => gatherPatchesReference(images as Tensor4D, patchSize),
      shapes,
      0, // copies
    );
  }
});

Deno.test("gatherPatches() refuses a patch size that does not divide the image, and indices it cannot use", async () => {
  await useDevice("cpu");
  assert.throws(() => gatherPatches(tf.zeros([1, 28, 28, 1]), 5), {
    name: "RangeError",
    message: "Cannot cut images of 28×28 into patches of 5×5: choose a whole number that divides both",
  });
  assert.throws(() => gatherPatches(tf.zeros([1, 7, 7, 1]), 3.5), {
    name: "RangeError",
    message: /whole number/,
  });
  const images: Tensor4D = tf.zeros([2, 4, 4, 1]);
  assert.throws(() => gatherPatches(images, 2, tf.zeros([2, 1])), { name: "TypeError", message: /int32/ });
  assert.throws(() => gatherPatches(images, 2, tf.zeros([3, 1], "int32")), {
    name: "TypeError",
    message: /multiple of 2/,
  });
});

nativeTest("gatherPatches() on the native device refuses an index outside the grid", async () => {
  await useDevice("native");
  const [images, keep]: [Tensor4D, tf.Tensor2D] = [
    tf.zeros([1, 4, 4, 1]),
    tf.tensor2d([[4]], [1, 1], "int32"),
  ];
  const before = tf.backend().numDataIds();
  assert.throws(() => gatherPatches(images, 2, keep), { name: "RangeError", message: /outside 0…3/ });
  assert.equal(tf.backend().numDataIds(), before);
});
