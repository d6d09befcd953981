import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { testedDevices } from "./_agreement.ts";
import { globalNorm } from "./global_norm.ts";

Deno.test("globalNorm() is the length of all tensors as one vector", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const tensors = [tf.tensor2d([[2, 4]]), tf.zeros([0, 3]), tf.scalar(-4)];
    const before = tf.memory().numTensors;
    const norm = globalNorm(tensors);
    assert.equal((await norm.data())[0], 6, device); // √(4 + 16 + 16)
    assert.equal(tf.memory().numTensors, before + 1, device);
  }
});

Deno.test("globalNorm() of many sizes is the one in float64", async () => {
  const sizes = [1, 15, 16, 17, 63, 64, 65, 16383, 16384, 16385, 40000]; // around the kernel's vectors and pieces
  const values = sizes.map((size) => normals(size, stream({ seed: 0, name: `${size}` })));
  const expected = Math.sqrt(values.reduce((sum, all) => all.reduce((sum, x) => sum + x * x, sum), 0));
  for (const device of testedDevices) {
    await useDevice(device);
    const norm = (await globalNorm(values.map((all) => tf.tensor1d(all))).data())[0]!;
    assert.ok(Math.abs(norm - expected) < 3e-5 * expected, `${norm} for ${expected} on ${device}`); // tfjs adds 10⁵ terms one by one
  }
});

Deno.test("globalNorm() is not finite if one tensor is not, or if its squares overflow", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    for (const bad of [NaN, Infinity, -Infinity, 1e20]) {
      const norm = globalNorm([tf.ones([3]), tf.tensor1d([0, bad])]);
      assert.ok(!Number.isFinite((await norm.data())[0]), `${bad} on ${device}`);
    }
  }
});
