import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";

/** A tensor of normal numbers, the same for the same name. */
export function normalTensor<T extends Tensor>(shape: readonly number[], name: string): T {
  return tf.tensor(normals(tf.util.sizeFromShape([...shape]), stream({ seed: 0, name })), [...shape]) as T;
}

/** The op's value, and the gradient of a fixed random projection of it by every input. */
function valueAndGradients(
  op: (...inputs: Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
): Float32Array[] {
  const before = tf.memory().numTensors;
  const results = tf.tidy(() => {
    const inputs = shapes.map((shape, i) => normalTensor(shape, `input ${i}`));
    const value = op(...inputs);
    const projection = normalTensor(value.shape, "projection");
    const gradients = tf.grads((...xs: Tensor[]) => tf.sum(tf.mul(op(...xs), projection)))(inputs);
    return [value, ...gradients].map((x) => x.dataSync<"float32">().slice());
  });
  assert.equal(tf.memory().numTensors, before, "the op leaves tensors behind");
  return results;
}

/**
 * Asserts that a fused op on the native device has the value and every gradient of its composed reference on tfjs's CPU device,
 * leaves no tensor behind, and that the reference runs on the native device just as well.
 * @param shapes Of the inputs, which are filled with normal numbers.
 * @param tolerance Of the difference, as a share of the largest value of that tensor.
 */
export async function assertAgreement(
  op: (...inputs: Tensor[]) => Tensor,
  reference: (...inputs: Tensor[]) => Tensor,
  shapes: readonly (readonly number[])[],
  tolerance: number,
): Promise<void> {
  await useDevice("cpu");
  const expected = valueAndGradients(reference, shapes);
  for (const device of ["native", "wasm", "cpu"]) {
    await useDevice(device);
    const actual = valueAndGradients(op, shapes);
    for (const [i, values] of actual.entries()) {
      const scale = expected[i]!.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-6);
      const worst = values.reduce((most, x, j) => Math.max(most, Math.abs(x - expected[i]![j]!)), 0);
      const what = i === 0 ? "value" : `gradient of input ${i - 1}`;
      assert.equal(values.length, expected[i]!.length);
      assert.ok(
        worst <= tolerance * scale,
        `${what} of shapes ${JSON.stringify(shapes)} on ${device}: off by ${worst} of ${scale}`,
      );
    }
  }
}
