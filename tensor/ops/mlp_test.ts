import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, normalTensor, testedDevices } from "./_agreement.ts";
import { mlp } from "./mlp.ts";
import { mlpReference } from "./mlp_reference.ts";

const shapes: [number[], number, number, number][] = [
  [[1], 1, 1, 1],
  [[7], 5, 3, 4],
  [[4, 9], 48, 192, 48],
  [[1, 1], 33, 70, 17], // a single row
  [[130], 70, 300, 40], // a hidden layer deeper than most vectors
  [[3, 700], 8, 20, 8], // rows for several pieces
];

Deno.test("mlp() agrees with its reference in value and gradients", async () => {
  for (const [lead, dim, hiddenDim, outDim] of shapes) {
    await assertAgreement(
      (x, w1, b1, w2, b2) => mlp(x!, w1 as Tensor2D, b1 as Tensor1D, w2 as Tensor2D, b2 as Tensor1D),
      (x, w1, b1, w2, b2) => mlpReference(x!, w1 as Tensor2D, b1 as Tensor1D, w2 as Tensor2D, b2 as Tensor1D),
      [[...lead, dim], [dim, hiddenDim], [hiddenDim], [hiddenDim, outDim], [outDim]],
      5e-6, // float32 sums of up to 2100 terms, one after another
    );
  }
});

Deno.test("mlp() keeps one array of its hidden layer for the gradient, and none without a tape", async () => {
  for (const device of testedDevices.filter((name) => name !== "cpu")) {
    await useDevice(device);
    tf.tidy(() => {
      const [x, w1, w2] = [[50, 6], [6, 24], [24, 6]].map((shape, i) =>
        normalTensor<Tensor2D>(shape, `${i}`)
      );
      const [b1, b2] = [tf.zeros<tf.Rank.R1>([24]), tf.zeros<tf.Rank.R1>([6])];
      const numArrays = () => tf.memory().numDataBuffers;
      const before = numArrays();
      mlp(x!, w1!, b1, w2!, b2);
      assert.equal(numArrays() - before, 1, `y without a tape, on ${device}`);
      tf.grad((x) => {
        const before = numArrays();
        const y = mlp(x as Tensor2D, w1!, b1, w2!, b2);
        assert.equal(numArrays() - before, 2, `y and what GELU was applied to, on ${device}`);
        return tf.sum(y);
      })(x!);
    });
  }
});

Deno.test("mlp() says which shapes do not fit", async () => {
  await useDevice("cpu");
  const x = tf.zeros([2, 3]);
  const [w1, b1, w2, b2] = [tf.zeros([3, 8]), tf.zeros([8]), tf.zeros([7, 3]), tf.zeros([3])];
  assert.throws(
    () => mlp(x, w1 as Tensor2D, b1 as Tensor1D, w2 as Tensor2D, b2 as Tensor1D),
    { name: "TypeError", message: /weights \[3,8\] and \[7,3\].*x \[2,3\]/ },
  );
});
