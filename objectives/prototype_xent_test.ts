import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { centerUpdate } from "./center_update.ts";
import { prototypeXent } from "./prototype_xent.ts";

await useDevice("cpu");
const temperatures = { studentTemperature: 0.1, teacherTemperature: 0.04 };
const shape = [3, 4, 5] as const; // images, patches, prototypes
const draw = (name: string): Tensor3D => tf.tensor3d(normals(60, stream({ seed: 0, name })), [...shape]);
const center = tf.tensor1d(normals(5, stream({ seed: 0, name: "center" })));
const mask = tf.tensor2d([[1, 0, 1, 1], [0, 0, 0, 0], [0, 1, 0, 0]]); // the second image has none

function near(found: Tensor, expected: readonly number[], tolerance: number): void {
  for (const [i, value] of found.dataSync<"float32">().entries()) {
    assert.ok(Math.abs(value - expected[i]!) <= tolerance, `${value} is not ${expected[i]}`);
  }
}

Deno.test("prototypeXent() of two prototypes is −Σ p ln q, and its gradient shows the teacher's sharpened distribution", () => {
  const student = tf.tensor3d([[[0.2, 0.1]]]), teacher = tf.tensor3d([[[0.3, 0.1]]]);
  const lossOf = (x: Tensor) =>
    prototypeXent(x as Tensor3D, teacher, tf.tensor1d([0.1, 0]), tf.ones([1, 1]), temperatures).loss;
  const p = 1 / (1 + Math.exp(-2.5)); // 0.924142: the teacher's (0.3 − 0.1, 0.1 − 0) / 0.04 = (5, 2.5)
  const q = 1 / (1 + Math.exp(-1)); // 0.731059: the student's (0.2, 0.1) / 0.1 = (2, 1)
  near(lossOf(student), [-p * Math.log(q) - (1 - p) * Math.log(1 - q)], 1e-6); // 0.389120; float32
  const grad = tf.grad(lossOf)(student); // (softmax(s / 0.1) − target) / 0.1
  near(
    tf.sub(tf.softmax(tf.div(student, 0.1)), tf.mul(grad, 0.1)),
    [p, 1 - p],
    1e-6,
  );
});

Deno.test("prototypeXent() averages an image's masked patches, then images, as loops do", () => {
  const [s, t, c] = [draw("student").arraySync(), draw("teacher").arraySync(), center.arraySync()];
  const softmax = (logits: readonly number[]) => {
    const powers = logits.map((x) => Math.exp(x - Math.max(...logits)));
    return powers.map((x) => x / powers.reduce((sum, y) => sum + y, 0));
  };
  let loss = 0, entropy = 0;
  for (const [b, row] of mask.arraySync().entries()) {
    let ofImage = 0;
    for (const [n, isMasked] of row.entries()) {
      if (isMasked === 0) continue;
      const target = softmax(t[b]![n]!.map((x, k) => (x - c[k]!) / 0.04));
      const found = softmax(s[b]![n]!.map((x) => x / 0.1));
      for (const [k, p] of target.entries()) {
        ofImage -= p * Math.log(found[k]!);
        if (p > 0) entropy -= p * Math.log(p) / 4; // four masked patches
      }
    }
    loss += ofImage / Math.max(row.reduce((sum, x) => sum + x, 0), 1) / 3;
  }
  const found = prototypeXent(draw("student"), draw("teacher"), center, mask, temperatures);
  near(found.loss, [loss], 1e-5 * loss); // float32
  near(found.metrics.teacherEntropy!, [entropy], 1e-6);
  near(prototypeXent(draw("student"), draw("teacher"), center, tf.zeros([3, 4]), temperatures).loss, [0], 0);
});

Deno.test("prototypeXent() moves masked patches of the student alone, neither the teacher nor the center", () => {
  const [student, teacher] = [draw("student"), draw("teacher")];
  const lossOf = (s: Tensor, t: Tensor, c: Tensor) =>
    prototypeXent(s as Tensor3D, t as Tensor3D, c as Tensor1D, mask, temperatures).loss;
  const [ofStudent, ofTeacher, ofCenter] = tf.grads(lossOf)([student, teacher, center]);
  for (const grad of [ofTeacher!, ofCenter!]) assert.equal(tf.max(tf.abs(grad)).dataSync()[0], 0);
  const largest: Tensor2D = tf.max(tf.abs(ofStudent!), -1); // [3, 4]
  assert.deepEqual(tf.greater(largest, 1e-6).dataSync(), tf.cast(mask, "bool").dataSync());
  const noise = tf.mul(tf.sub(1, tf.expandDims(mask, -1)), draw("noise"));
  const before = lossOf(student, teacher, center).dataSync()[0];
  assert.equal(lossOf(tf.add(student, noise), tf.sub(teacher, noise), center).dataSync()[0], before);
});

Deno.test("prototypeXent() refuses what does not fit and leaves nothing behind but its results", () => {
  const [student, teacher] = [draw("student"), draw("teacher")];
  const call = (c: Tensor1D, options = temperatures) => prototypeXent(student, teacher, c, mask, options);
  assert.throws(() => call(tf.ones([4])), {
    name: "TypeError",
    message: "prototypeXent of 5 prototypes cannot take a center [4]",
  });
  assert.throws(() => prototypeXent(student, teacher, center, tf.ones([3, 5]), temperatures), TypeError);
  assert.throws(() => call(center, { ...temperatures, teacherTemperature: 0 }), {
    name: "RangeError",
    message: "prototypeXent needs temperatures above 0, not 0",
  });
  const before = tf.memory().numTensors;
  const { loss, metrics } = call(center);
  tf.dispose([loss, ...Object.values(metrics)]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("centerUpdate() follows the mean of all rows, and refuses others", () => {
  const before = tf.tensor1d([1, 0]);
  const logits = tf.tensor3d([[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
  near(centerUpdate(before, logits), [1.3, 0.5], 1e-6); // 0.9 · (1, 0) + 0.1 · (4, 5)
  near(centerUpdate(before, logits, 0), [4, 5], 0);
  near(before, [1, 0], 0);
  assert.throws(() => centerUpdate(before, tf.ones([2, 3])), {
    name: "TypeError",
    message: "A center of 2 prototypes cannot follow logits [2,3]",
  });
  assert.throws(() => centerUpdate(before, logits, 1.1), RangeError);
});
