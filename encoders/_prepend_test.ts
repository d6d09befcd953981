import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { distance } from "./_test_oracle.ts";
import { prepend } from "./_prepend.ts";

await useDevice("cpu");

Deno.test("prepend() is tf.concat(), in value and in both gradients", () => {
  const first: Tensor3D = tf.randomNormal([2, 1, 3], 0, 1, "float32", 1);
  const others: Tensor3D = tf.randomNormal([2, 4, 3], 0, 1, "float32", 2);
  const weights = tf.randomNormal([2, 5, 3], 0, 1, "float32", 3);
  const concat = (first: Tensor3D, others: Tensor3D) => tf.concat([first, others], 1);
  assert.equal(distance(prepend(first, others), concat(first, others)), 0);
  const slopes = (join: typeof concat) =>
    tf.grads((first, others) => tf.sum(tf.mul(join(first as Tensor3D, others as Tensor3D), weights)))([
      first,
      others,
    ]);
  const [actual, expected] = [slopes(prepend), slopes(concat)];
  assert.equal(distance(actual[0]!, expected[0]!), 0);
  assert.equal(distance(actual[1]!, expected[1]!), 0);
});
