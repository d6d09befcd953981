import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { linear } from "../ops/linear.ts";
import { momentumUpdate } from "../ops/momentum_update.ts";
import { nativeTest } from "../ops/_agreement.ts";

nativeTest(
  "what was read from a tensor stays when the tensor is gone and its buffer is used again",
  async () => {
    await useDevice("native");
    const sum = tf.add(tf.ones([100]), 1);
    const read = sum.dataSync();
    const asynchronously = await sum.data();
    sum.dispose();
    const next = tf.add(tf.ones([100]), 5); // takes the buffer from the pool
    assert.deepEqual([read[0], asynchronously[0], next.dataSync()[0]], [2, 2, 6]);
  },
);

nativeTest("an array that the user gave is never handed to somebody else", async () => {
  await useDevice("native");
  const own = new Float32Array(64).fill(3);
  tf.dispose(tf.tensor1d(own));
  const other = tf.add(tf.zeros([64]), 1);
  assert.equal(other.dataSync()[0], 1);
  assert.equal(own[0], 3);
});

nativeTest("a reshaped tensor keeps its values when the original is gone", async () => {
  await useDevice("native");
  const flat = tf.add(tf.ones([6]), 1);
  const square = tf.reshape(flat, [2, 3]);
  flat.dispose();
  tf.add(tf.ones([6]), 7);
  assert.deepEqual([...square.dataSync()], [2, 2, 2, 2, 2, 2]);
});

nativeTest("slices outlive the tensor that they were cut from", async () => {
  await useDevice("native");
  const cuts: Record<string, (x: tf.Tensor2D) => tf.Tensor[]> = {
    unstack: (x) => tf.unstack(x),
    split: (x) => tf.split(x, 2),
    "slice of all": (x) => [tf.slice(x, [0, 0])],
    "slice of a row": (x) => [tf.slice(x, [1, 1], [1, 2])],
  };
  for (const [name, cut] of Object.entries(cuts)) {
    const x: tf.Tensor2D = tf.add(tf.ones([4, 4]), 1);
    const parts = cut(x);
    x.dispose();
    tf.add(tf.ones([4, 4]), 7); // takes the buffer, if it came back
    for (const part of parts) assert.deepEqual([...new Set(part.dataSync())], [2], name);
  }
});

nativeTest("numbers of other types are converted, not taken for floats", async () => {
  await useDevice("native");
  const ints = () => tf.tensor1d([1, 2, 3], "int32");
  assert.deepEqual([...tf.add(tf.cast(ints(), "float32"), 0.5).dataSync()], [1.5, 2.5, 3.5]);
  assert.deepEqual([...tf.add(ints(), tf.tensor1d([0.5, 0.5, 0.5])).dataSync()], [1.5, 2.5, 3.5]);
  const bools = tf.cast(tf.tensor1d([true, false], "bool"), "float32");
  assert.deepEqual([...tf.mul(bools, 3).dataSync()], [3, 0]);
  const x = tf.tensor2d([[1, 2]], [1, 2], "int32");
  const y = linear(x, tf.tensor2d([[3], [4]]), tf.tensor1d([5]));
  assert.equal(y.dataSync()[0], 16); // 1 · 3 + 2 · 4 + 5
});

nativeTest("an update in place leaves arrays of the user and of other variables alone", async () => {
  await useDevice("native");
  const own = new Float32Array([1, 1]);
  const [teacher, other] = [tf.variable(tf.tensor1d(own), false), tf.variable(tf.tensor1d(own), false)];
  momentumUpdate({ w: teacher }, { w: tf.variable(tf.tensor1d([3, 3])) }, 0.5);
  assert.deepEqual([teacher.dataSync()[0], other.dataSync()[0], own[0]], [2, 1, 1]);
});

nativeTest("products of nothing, and batches that repeat each other, are as in tfjs", async () => {
  await useDevice("native");
  assert.deepEqual(tf.matMul(tf.zeros([0, 4]), tf.zeros([4, 512])).shape, [0, 512]);
  assert.deepEqual([...tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 2])).dataSync()], [0, 0, 0, 0]);
  const [a, b] = [tf.ones([1, 3, 2, 2]), tf.ones([3, 1, 2, 2])];
  assert.deepEqual([...new Set(tf.matMul(a, b).dataSync())], [2]); // nine products of ones
});
