import { contextLoss } from "@lacuna/objectives";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { maskedRows } from "./masked_rows.ts";

await useDevice("cpu");
const masked = tf.tensor1d([1, 3, 5], "int32"); // of image 0 patch 1, of image 1 patches 0 and 2

Deno.test("maskedRows() takes the patches that are named, image after image", () => {
  const patches = tf.tensor3d([[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]);
  assert.deepEqual(maskedRows(patches, masked).arraySync(), [[2, 3], [6, 7], [10, 11]]);
});

for (const [beta, channels] of [[2, "mean"], [0, "sum/rootD"]] as const) {
  Deno.test(`visible patches are nothing to the loss of masked ones, nor to its gradient (β = ${beta})`, () => {
    const lossOf = (pred: Tensor3D, target: Tensor3D) => {
      const parameters = { pred: tf.variable(pred) };
      const { value, grads } = valueAndGrads(
        () =>
          contextLoss(maskedRows(parameters.pred, masked), maskedRows(target, masked), { beta, channels })
            .loss,
        parameters,
      );
      return { loss: value.dataSync()[0]!, grad: grads.pred!.arraySync() as number[][][] };
    };
    const [pred, target] = [1, 2].map((seed) =>
      tf.randomNormal<tf.Rank.R3>([2, 3, 4], 0, 1, "float32", seed)
    ) as [Tensor3D, Tensor3D];
    const visible = tf.tensor3d([[[1], [0], [1]], [[0], [1], [0]]]);
    const before = lossOf(pred, target);
    const after = lossOf(tf.add(pred, tf.mul(visible, 9)), tf.sub(target, tf.mul(visible, 7)));
    assert.deepEqual(after, before);
    for (const [b, image] of before.grad.entries()) {
      for (const [i, row] of image.entries()) {
        const isMasked = [1, 3, 5].includes(3 * b + i);
        assert.equal(row.some((value) => value !== 0), isMasked, `${row}`);
      }
    }
    assert.notEqual(lossOf(tf.add(pred, tf.sub(1, visible)), target).loss, before.loss);
  });
}
