import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { nativeTest, testedDevices } from "./_agreement.ts";
import { momentumUpdate } from "./momentum_update.ts";

Deno.test("momentumUpdate() is m·ξ + (1 − m)·θ over the teacher's names, in place", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const teacher = { w: tf.variable(tf.fill([50], 4), false) };
    const student = { w: tf.variable(tf.fill([50], 8)), predictor: tf.variable(tf.ones([1])) };
    momentumUpdate(teacher, student, 0.75);
    assert.deepEqual([...new Set(teacher.w.dataSync())], [5], device); // 0.75 · 4 + 0.25 · 8
    assert.equal(student.w.dataSync()[0], 8);
  }
});

nativeTest("momentumUpdate() keeps a teacher that was made from the student's own tensor apart", async () => {
  await useDevice("native");
  const student = { w: tf.variable(tf.fill([2], 8)) };
  const teacher = { w: tf.variable(student.w, false) }; // shares the values until one of them changes
  student.w.assign(tf.fill([2], 0));
  momentumUpdate(teacher, student, 0.5);
  assert.deepEqual([teacher.w.dataSync()[0], student.w.dataSync()[0]], [4, 0]);
});

Deno.test("momentumUpdate() refuses a momentum outside [0, 1] and a student without the name", async () => {
  await useDevice("cpu");
  const teacher = { w: tf.variable(tf.zeros([1]), false) };
  assert.throws(() => momentumUpdate(teacher, teacher, 1.5), { name: "RangeError", message: /1\.5/ });
  assert.throws(() => momentumUpdate(teacher, {}, 0.5), { name: "TypeError", message: /no such parameter/ });
});
