import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, normalTensor, testedDevices } from "./_agreement.ts";
import { smoothL1 } from "./smooth_l1.ts";
import { smoothL1Reference } from "./smooth_l1_reference.ts";

Deno.test("smoothL1() agrees with its reference in value and gradient", async () => {
  for (const shape of [[1], [3, 5], [2, 9, 16], [4, 300]]) {
    for (const beta of [1e-3, 2, 100]) {
      const target = () => normalTensor(shape, "target");
      await assertAgreement(
        (pred) => smoothL1(pred!, target(), beta),
        (pred) => smoothL1Reference(pred!, target(), beta),
        [shape],
        1e-5, // float32, means of up to 300 terms
      );
    }
  }
});

Deno.test("smoothL1() of beta 2 is a quarter at distance 1, 1 at 2, 2 at 3, with slopes 1/2, 1, 1", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const pred = tf.tensor2d([[1], [-2], [3], [0]]);
    const f = (pred: tf.Tensor) => smoothL1(pred, tf.zeros([4, 1]), 2);
    assert.deepEqual([...f(pred).dataSync()], [0.25, 1, 2, 0], device);
    const slopes = Array.from(tf.grad(f)(pred).dataSync(), (x) => x + 0); // −0 is 0
    assert.deepEqual(slopes, [0.5, -1, 1, 0], device);
  }
});

nativeTest("smoothL1() lets NaN and infinity pass, row by row", async () => {
  await useDevice("native");
  const pred = tf.tensor2d([[NaN, 0], [-Infinity, 0], [1, 1]]);
  assert.deepEqual([...smoothL1(pred, tf.zeros([3, 2]), 0.5).dataSync()], [NaN, Infinity, 0.75]);
});

Deno.test("smoothL1() refuses shapes that differ and a beta of 0", async () => {
  await useDevice("cpu");
  assert.throws(() => smoothL1(tf.zeros([2, 3]), tf.zeros([3]), 1), { name: "TypeError", message: /alike/ });
  assert.throws(() => smoothL1(tf.zeros([3]), tf.zeros([3]), 0), { name: "RangeError", message: /above 0/ });
});
