import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest } from "./_agreement.ts";
import { dropPathAdd } from "./drop_path_add.ts";
import { dropPathAddReference } from "./drop_path_add_reference.ts";

Deno.test("dropPathAdd() agrees with its reference in value and gradients", async () => {
  for (const shape of [[2, 3, 5], [4, 20, 64]]) {
    const scale = () => tf.tensor1d(Array.from({ length: shape[0]! }, (_, b) => (b % 2) / 0.9));
    await assertAgreement(
      (x, branch) => dropPathAdd(x as Tensor3D, branch as Tensor3D, scale()),
      (x, branch) => dropPathAddReference(x as Tensor3D, branch as Tensor3D, scale()),
      [shape, shape],
      1e-6,
    );
  }
});

nativeTest("dropPathAdd() of scale 0 is x, even where the branch is not finite", async () => {
  await useDevice("native");
  const y = dropPathAdd(tf.ones([1, 1, 2]), tf.fill([1, 1, 2], Infinity), tf.zeros([1]));
  assert.deepEqual([...y.dataSync()], [1, 1]);
});
