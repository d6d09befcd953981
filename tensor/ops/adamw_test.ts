import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { nativeTest, normalTensor, testedDevices } from "./_agreement.ts";
import { AdamW } from "./adamw.ts";
import { momentumUpdate } from "./momentum_update.ts";

const options = {
  beta1: 0.9,
  beta2: 0.95,
  epsilon: 1e-8,
  weightDecay: 0.1,
  decayed: (name: string) => name === "w",
};

/** Two updates of one number in float64, straight from algorithm 2 of arXiv:1711.05101. */
function twoUpdatesByHand(start: number, grads: readonly number[], weightDecay: number): number {
  let [p, m, v] = [start, 0, 0];
  for (const [i, g] of grads.entries()) {
    m = 0.9 * m + 0.1 * g;
    v = 0.95 * v + 0.05 * g * g;
    p -= 0.01 * (m / (1 - 0.9 ** (i + 1)) / (Math.sqrt(v / (1 - 0.95 ** (i + 1))) + 1e-8) + weightDecay * p);
  }
  return p;
}

Deno.test("AdamW follows the algorithm on every device, decays what it should, and leaves clones and the rest alone", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const w = tf.variable(tf.fill([37], 2));
    const before = tf.clone(w);
    const parameters = { w, b: tf.variable(tf.tensor1d([2])), fixed: tf.variable(tf.tensor1d([7]), false) };
    const optimizer = new AdamW(parameters, options);
    const numTensors = tf.memory().numTensors;
    for (const g of [0.3, -1.5]) {
      const grads = { w: tf.fill([37], g), b: tf.tensor1d([g]) };
      optimizer.step(grads, 0.01);
      tf.dispose(grads);
    }
    assert.equal(tf.memory().numTensors, numTensors, device);
    assert.ok(Math.abs(w.dataSync()[36]! - twoUpdatesByHand(2, [0.3, -1.5], 0.1)) < 1e-6, device);
    assert.ok(Math.abs(parameters.b.dataSync()[0]! - twoUpdatesByHand(2, [0.3, -1.5], 0)) < 1e-6, device);
    assert.equal(parameters.fixed.dataSync()[0], 7);
    assert.equal(before.dataSync()[0], 2, device);
    assert.deepEqual(Object.keys(optimizer.state), ["w.m", "w.v", "b.m", "b.v"]);
  }
});

Deno.test("AdamW names a gradient that is missing or of another shape, before it changes anything", async () => {
  await useDevice("cpu");
  const parameters = { w: tf.variable(tf.tensor1d([1])), b: tf.variable(tf.tensor1d([2])) };
  const optimizer = new AdamW(parameters, options);
  assert.throws(() => optimizer.step({ w: tf.ones([1]) }, 0.1), {
    name: "TypeError",
    message: /gradient for b/,
  });
  assert.throws(() => optimizer.step({ w: tf.ones([1]), b: tf.ones([1, 1]) }, 0.1), {
    name: "TypeError",
    message: /b \[1\] by a gradient \[1,1\]/,
  });
  assert.equal(parameters.w.dataSync()[0], 1);
  assert.equal(optimizer.numSteps, 0);
});

Deno.test("AdamW moves a teacher after its parameters, to the bit as momentumUpdate() does", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const shapes = { w: [40, 1000], b: [7], fixed: [3], predictor: [5] };
    const parameters = Object.fromEntries(
      Object.entries(shapes).map((
        [name, shape],
      ) => [name, tf.variable(normalTensor(shape, name), name !== "fixed")]),
    );
    const { predictor: _, ...followed } = parameters;
    const teachers = () =>
      Object.fromEntries(
        Object.entries(followed).map(([name, { shape }]) => [name, tf.variable(tf.ones(shape), false)]),
      );
    const [together, apart] = [teachers(), teachers()];
    const optimizer = new AdamW(parameters, options);
    for (const momentum of [0.5, 0.9]) {
      const grads = Object.fromEntries(
        Object.entries(shapes).map(([name, shape]) => [name, normalTensor(shape, "g")]),
      );
      optimizer.step(grads, 0.01, { teacher: together, momentum });
      momentumUpdate(apart, parameters, momentum);
    }
    for (const [name, teacher] of Object.entries(together)) {
      assert.deepEqual(await teacher.data(), await apart[name]!.data(), `${name} on ${device}`);
    }
  }
});

Deno.test("AdamW refuses a teacher that cannot follow, before it changes anything", async () => {
  await useDevice("cpu");
  const parameters = { w: tf.variable(tf.tensor1d([1])) };
  const optimizer = new AdamW(parameters, options);
  const grads = { w: tf.ones([1]) };
  const teacher = { v: tf.variable(tf.zeros([1])) };
  assert.throws(() => optimizer.step(grads, 0.1, { teacher, momentum: 0.5 }), {
    message: /no such parameter/,
  });
  assert.throws(() => optimizer.step(grads, 0.1, { teacher: {}, momentum: 2 }), { name: "RangeError" });
  assert.equal(parameters.w.dataSync()[0], 1);
});

nativeTest("AdamW's moments become 0 before they become denormal", async () => {
  await useDevice("native");
  const parameters = { w: tf.variable(tf.ones([20])) };
  const optimizer = new AdamW(parameters, options);
  for (const moment of Object.values(optimizer.state)) moment.assign(tf.fill([20], 1.2e-38)); // the least normal number is 1.18e-38
  optimizer.step({ w: tf.zeros([20]) }, 0.01);
  for (const moment of Object.values(optimizer.state)) assert.ok(moment.dataSync().every((x) => x === 0));
});
