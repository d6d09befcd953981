import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement } from "./_agreement.ts";
import { linear } from "./linear.ts";
import { linearReference } from "./linear_reference.ts";

const shapes: [number[], number, number][] = [
  [[1], 1, 1],
  [[7], 5, 3],
  [[4, 9], 48, 96],
  [[130], 300, 70], // deeper than one packed strip, wider than one tile
  [[3, 5], 17, 513],
  [[4], 0, 3], // the bias alone
];

Deno.test("linear() agrees with its reference in value and gradients", async () => {
  for (const [lead, inDim, outDim] of shapes) {
    await assertAgreement(
      (x, weight, bias) => linear(x!, weight as Tensor2D, bias as Tensor1D),
      (x, weight, bias) => linearReference(x!, weight as Tensor2D, bias as Tensor1D),
      [[...lead, inDim], [inDim, outDim], [outDim]],
      2e-6, // float32 sums of up to 513 terms
    );
  }
});

Deno.test("linear() says which shapes do not fit", async () => {
  await useDevice("cpu");
  const x: Tensor = tf.zeros([2, 3]);
  assert.throws(() => linear(x, tf.zeros([4, 5]), tf.zeros([5])), {
    name: "TypeError",
    message: /weight \[4,5\].*x \[2,3\]/,
  });
});
