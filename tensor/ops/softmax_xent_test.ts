import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, normalTensor, testedDevices } from "./_agreement.ts";
import { softmaxXent } from "./softmax_xent.ts";
import { softmaxXentReference } from "./softmax_xent_reference.ts";

Deno.test("softmaxXent() agrees with its reference in value and gradient", async () => {
  for (const [batchSize, numClasses] of [[1, 1], [3, 5], [33, 16], [7, 1000]] as const) {
    for (const scale of [1e-3, 1, 30]) {
      const target = () => tf.softmax(normalTensor<Tensor2D>([batchSize, numClasses], "target"));
      await assertAgreement(
        (logits) => softmaxXent(tf.mul(logits!, scale), target()),
        (logits) => softmaxXentReference(tf.mul(logits!, scale), target()),
        [[batchSize, numClasses]],
        1e-5, // float32, sums of up to 1000 terms
      );
    }
  }
});

Deno.test("softmaxXent() of equal logits is ln K, of a certain and right one 0", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const logits = tf.tensor2d([[7, 7, 7, 7], [200, 0, 0, 0], [0, 200, 0, 0]]);
    const target = tf.tensor2d([[0, 1, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]);
    const loss = softmaxXent(logits, target).dataSync();
    for (const [i, value] of [Math.log(4), 0, 200].entries()) {
      assert.ok(Math.abs(loss[i]! - value) < 1e-6, device);
    }
  }
});

nativeTest("softmaxXent() lets NaN pass, row by row, and takes no rows", async () => {
  await useDevice("native");
  const logits = tf.tensor2d([[NaN, 1], [0, 0], [Infinity, 0], [-Infinity, 0]]);
  const loss = softmaxXent(logits, tf.tensor2d([[0, 1], [0, 1], [0, 1], [0.5, 0.5]])).dataSync();
  assert.deepEqual([...loss].map(Number.isNaN), [true, false, true, false]);
  assert.equal(loss[3], Infinity);
  assert.deepEqual(softmaxXent(tf.zeros([0, 3]), tf.zeros([0, 3])).shape, [0]);
});

Deno.test("softmaxXent() refuses a target of another shape", async () => {
  await useDevice("cpu");
  assert.throws(() => softmaxXent(tf.zeros([2, 3]), tf.zeros([2, 1])), {
    name: "TypeError",
    message: /alike/,
  });
});
