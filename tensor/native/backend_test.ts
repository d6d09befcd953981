import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";

Deno.test("what was read from a tensor stays when the tensor is gone and its buffer is used again", async () => {
  await useDevice("native");
  const sum = tf.add(tf.ones([100]), 1);
  const read = sum.dataSync();
  const asynchronously = await sum.data();
  sum.dispose();
  const next = tf.add(tf.ones([100]), 5); // takes the buffer from the pool
  assert.deepEqual([read[0], asynchronously[0], next.dataSync()[0]], [2, 2, 6]);
});

Deno.test("an array that the user gave is never handed to somebody else", async () => {
  await useDevice("native");
  const own = new Float32Array(64).fill(3);
  tf.dispose(tf.tensor1d(own));
  const other = tf.add(tf.zeros([64]), 1);
  assert.equal(other.dataSync()[0], 1);
  assert.equal(own[0], 3);
});

Deno.test("a reshaped tensor keeps its values when the original is gone", async () => {
  await useDevice("native");
  const flat = tf.add(tf.ones([6]), 1);
  const square = tf.reshape(flat, [2, 3]);
  flat.dispose();
  tf.add(tf.ones([6]), 7);
  assert.deepEqual([...square.dataSync()], [2, 2, 2, 2, 2, 2]);
});
