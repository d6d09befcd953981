import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";

/** Why the native device is not tested here, if it is not: kernels need a C compiler. */
export const noNative: string | undefined = await useDevice("native").then(
  () => undefined,
  (error) => error.message,
);

/** The devices that fused operations are tested on. */
export const testedDevices: readonly string[] = noNative ? ["wasm", "cpu"] : ["native", "wasm", "cpu"];

/** A test of the native device, skipped by name where there is none. */
export function nativeTest(name: string, fn: () => Promise<void>): void {
  Deno.test({
    name: noNative ? `${name} (skipped: ${noNative.split("\n").at(-1)})` : name,
    ignore: !!noNative,
    fn,
  });
}

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
 * Asserts that an op has on every device the value and every gradient of its composed reference on tfjs's CPU device, and leaves no
 * tensor behind.
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
  for (const device of testedDevices) {
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
