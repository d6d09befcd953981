import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, testedDevices } from "./_agreement.ts";
import { l2Normalize } from "./l2_normalize.ts";
import { l2NormalizeReference } from "./l2_normalize_reference.ts";

Deno.test("l2Normalize() agrees with its reference in value and gradient", async () => {
  for (const shape of [[3, 2], [7, 33], [2, 5, 256]]) {
    await assertAgreement((x) => l2Normalize(x!), (x) => l2NormalizeReference(x!), [shape], 1e-6);
  }
});

Deno.test("l2Normalize() of (3, 4) is (0.6, 0.8), of zero is zero with a finite gradient", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const y = l2Normalize(tf.tensor2d([[3, 4], [0, 0]])).dataSync();
    for (const [i, value] of [0.6, 0.8, 0, 0].entries()) assert.ok(Math.abs(y[i]! - value) < 1e-7, device);
    const slope = tf.grad((x) => tf.sum(l2Normalize(x, 0.5)))(tf.zeros([1, 2])).dataSync();
    assert.deepEqual([...slope], [2, 2], device); // 1 / epsilon
  }
});
