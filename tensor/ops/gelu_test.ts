import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest } from "./_agreement.ts";
import { gelu } from "./gelu.ts";
import { geluReference } from "./gelu_reference.ts";

Deno.test("gelu() agrees with its reference in value and gradient", async () => {
  for (const shape of [[1], [5, 7], [3, 40, 200]]) {
    await assertAgreement((x) => gelu(x!), (x) => geluReference(x!), [shape], 1e-6); // erf to a few ulp
  }
});

nativeTest("gelu() has the published values, and lets NaN and infinity pass", async () => {
  await useDevice("native");
  // x · Φ(x) from tables of the normal distribution: Φ(1) = 0.8413447461, Φ(2) = 0.9772498681
  const y = gelu(tf.tensor1d([0, 1, 2, -1, -20, 20, NaN, Infinity])).dataSync();
  const expected = [0, 0.8413447461, 1.9544997361, -0.1586552539, 0, 20, NaN, Infinity];
  for (const [i, value] of expected.entries()) {
    assert.ok(
      Object.is(y[i], value) || Math.abs(y[i]! - value) < 3e-7 * Math.max(1, value),
      `${y[i]} for ${value}`,
    );
  }
});
