import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, normalTensor, testedDevices } from "./_agreement.ts";
import { hasFusedKernel } from "./fused_kernel.ts";
import { selfAttention } from "./self_attention.ts";
import { selfAttentionReference } from "./self_attention_reference.ts";

Deno.test("selfAttention() agrees with its reference in value and gradient", async () => {
  const sizes: [number, number, number, number][] = [
    [1, 1, 4, 1],
    [2, 4, 16, 2],
    [3, 17, 24, 3], // neither tokens nor head width fill a vector
    [2, 65, 96, 3], // more than one block of tokens
  ];
  for (const [batchSize, numTokens, dim, numHeads] of sizes) {
    await assertAgreement(
      (qkv) => selfAttention(qkv as Tensor3D, numHeads),
      (qkv) => selfAttentionReference(qkv as Tensor3D, numHeads),
      [[batchSize, numTokens, 3 * dim]],
      3e-6, // float32 through a softmax
    );
  }
});

Deno.test("selfAttention() with a bias agrees with its reference in value and every gradient", async () => {
  const sizes: [number, number, number, number][] = [
    [1, 1, 4, 1],
    [2, 4, 16, 2],
    [5, 17, 24, 3], // neither tokens nor head width fill a vector
    [37, 5, 8, 1], // more samples than groups of them
    [3, 50, 64, 4],
    [2, 65, 96, 3], // more than one block of tokens
    [1, 131, 8, 1], // keys in parts
  ];
  for (const [batchSize, numTokens, dim, numHeads] of sizes) {
    for (const bias of [[numHeads, numTokens, numTokens], [numTokens]]) { // the kernel's own, and one that it leaves
      await assertAgreement(
        (qkv, bias) => selfAttention(qkv as Tensor3D, numHeads, bias as Tensor3D),
        (qkv, bias) => selfAttentionReference(qkv as Tensor3D, numHeads, bias as Tensor3D),
        [[batchSize, numTokens, 3 * dim], bias],
        4e-6, // float32 through a softmax
      );
    }
  }
});

Deno.test("selfAttention() does not see what a bias adds to all keys of a query, however much", async () => {
  for (const device of await fusedDevices()) {
    await useDevice(device);
    const qkv = normalTensor<Tensor3D>([2, 5, 24], "qkv");
    const attend = (bias: Tensor) => (qkv: Tensor) => selfAttention(qkv as Tensor3D, 2, bias as Tensor3D);
    const dy = normalTensor<Tensor3D>([2, 5, 8], "dy");
    const plain = tf.valueAndGrad(attend(tf.zeros([2, 5, 5])))(qkv, dy);
    for (const height of [-3.4e38, -1e9, 1e9]) {
      const raised = tf.valueAndGrad(attend(tf.fill([2, 5, 5], height)))(qkv, dy);
      for (const what of ["value", "grad"] as const) {
        assert.deepEqual(
          raised[what].dataSync(),
          plain[what].dataSync(),
          `${what} at ${height} on ${device}`,
        );
      }
    }
  }
});

Deno.test("selfAttention() is what float64 says, in value and gradient, for any length and head width", async () => {
  for (const numTokens of [1, 2, 4, 7, 16, 17, 49, 64, 65, 197, 300]) {
    for (const headDim of [8, 16, 20, 32, 64, 80]) {
      const qkv = normalTensor<Tensor3D>([1, numTokens, 3 * 2 * headDim], "qkv").dataSync<"float32">();
      await assertNear64(qkv, numTokens, headDim, 2, 4e-6); // scores to 2⁻²⁴ of some ten, a softmax, sums of a few hundred
    }
  }
});

Deno.test("selfAttention() keeps its precision where scores are as far apart as ±80", async () => {
  const [numTokens, headDim] = [70, 16];
  const qkv = normalTensor<Tensor3D>([1, numTokens, 3 * headDim], "qkv").dataSync<"float32">().slice();
  for (let i = 0; i < numTokens; i++) {
    const row = qkv.subarray(i * 3 * headDim, (i + 1) * 3 * headDim);
    row[0] = 80 * Math.sqrt(headDim); // what the score takes from the key's first number, 80 times
    row[headDim] = i === 67 ? 1 : -1; // one key of the last block is worth all others
  }
  await assertNear64(qkv, numTokens, headDim, 1, 2e-5); // scores to 2⁻²⁴ of 160
});

Deno.test("selfAttention() goes on after a block of keys that no query may see", async () => {
  const [numTokens, dim, numHidden] = [70, 8, 64];
  for (const device of await fusedDevices()) {
    await useDevice(device);
    tf.tidy(() => {
      const first = tf.fill([1, numTokens, 1], 1); // of each query; the other numbers are zero
      const hide = tf.concat(
        [tf.fill([1, numHidden, 1], -Infinity), tf.zeros([1, numTokens - numHidden, 1])],
        1,
      );
      const rest = tf.zeros([1, numTokens, dim - 1]);
      const values = normalTensor<Tensor3D>([1, numTokens, dim], "values");
      const y = selfAttention(tf.concat([first, rest, hide, rest, values], 2) as Tensor3D, 1);
      const mean = tf.mean(tf.slice(values, [0, numHidden, 0], [1, -1, -1]), 1); // [1, D]
      const worst = tf.max(tf.abs(tf.sub(y, tf.expandDims(mean, 1)))).dataSync()[0]!;
      assert.ok(worst < 1e-6, `${device}: off by ${worst}`); // six numbers of size one
      const none = selfAttention(tf.fill([1, 3, 3], -Infinity).mul([[[-1, 1, 1]]]) as Tensor3D, 1);
      assert.ok(none.dataSync().every(Number.isNaN), device); // no key at all: as the reference has it
    });
  }
});

Deno.test("selfAttention() of equal keys is the mean of the values", async () => {
  await assertAgreement(
    (v) => selfAttention(tf.concat([tf.zeros([2, 5, 16]), v!], 2) as Tensor3D, 2),
    (v) => tf.mul(tf.ones([1, 5, 1]), tf.mean(v!, 1, true)),
    [[2, 5, 8]],
    1e-6,
  );
});

Deno.test("selfAttention() says which widths would do", async () => {
  await useDevice("cpu");
  assert.throws(() => selfAttention(tf.zeros([1, 2, 10]), 2), {
    name: "RangeError",
    message: /multiple of 6/,
  });
});

/** The tested devices that have a kernel of their own. */
async function fusedDevices(): Promise<string[]> {
  const devices: string[] = [];
  for (const device of testedDevices) {
    await useDevice(device);
    if (hasFusedKernel("SelfAttention")) devices.push(device);
  }
  return devices;
}

/** Asserts value and gradient, on every device with a kernel, to within a share of the largest number. */
async function assertNear64(
  qkv: Float32Array,
  numTokens: number,
  headDim: number,
  numHeads: number,
  tolerance: number,
): Promise<void> {
  const shape: [number, number, number] = [1, numTokens, numHeads * headDim];
  await useDevice("cpu");
  const dy = normalTensor<Tensor3D>(shape, "dy").dataSync<"float32">();
  const expected = attention64(qkv, dy, numTokens, headDim, numHeads);
  for (const device of await fusedDevices()) {
    await useDevice(device);
    const [y, dqkv] = tf.tidy(() => {
      const attention = (x: Tensor) => selfAttention(x as Tensor3D, numHeads);
      const x = tf.tensor3d(qkv, [1, numTokens, 3 * shape[2]]);
      const { value, grad } = tf.valueAndGrad(attention)(x, tf.tensor3d(dy, shape));
      return [value, grad].map((result) => result.dataSync<"float32">().slice());
    }) as [Float32Array, Float32Array];
    for (const [what, actual, wanted] of [["y", y, expected.y], ["dqkv", dqkv, expected.dqkv]] as const) {
      const scale = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const worst = actual.reduce((most, x, i) => Math.max(most, Math.abs(x - wanted[i]!)), 0);
      const name = `${what} of ${numTokens} tokens, ${numHeads} heads of ${headDim} on ${device}`;
      assert.ok(worst <= tolerance * scale, `${name}: off by ${worst} of ${scale}`);
    }
  }
}

/** One sample's attention and its gradient in float64: P = softmax(q · kᵀ / √d), dS = P ∘ (dy · vᵀ − Σ P ∘ (dy · vᵀ)) / √d. */
function attention64(
  qkv: Float32Array,
  dy: Float32Array,
  numTokens: number,
  headDim: number,
  numHeads: number,
) {
  const dim = numHeads * headDim;
  const [y, dqkv] = [new Float64Array(numTokens * dim), new Float64Array(qkv.length)];
  const tokens = Array.from({ length: numTokens }, (_, i) => i);
  for (let offset = 0; offset < dim; offset += headDim) {
    const at = (part: number, i: number) => (3 * i + part) * dim + offset; // of q, k or v
    const dot = (a: Float32Array, i: number, b: Float32Array, j: number) => {
      let sum = 0;
      for (let d = 0; d < headDim; d++) sum += a[i + d]! * b[j + d]!;
      return sum;
    };
    const add = (to: Float64Array, i: number, from: Float32Array, j: number, factor: number) => {
      for (let d = 0; d < headDim; d++) to[i + d]! += factor * from[j + d]!;
    };
    for (const i of tokens) {
      const scores = tokens.map((j) => dot(qkv, at(0, i), qkv, at(1, j)) / Math.sqrt(headDim));
      const top = Math.max(...scores);
      const total = scores.reduce((sum, score) => sum + Math.exp(score - top), 0);
      const weights = scores.map((score) => Math.exp(score - top) / total);
      const slopes = tokens.map((j) => dot(dy, i * dim + offset, qkv, at(2, j)));
      const mean = slopes.reduce((sum, slope, j) => sum + weights[j]! * slope, 0);
      for (const j of tokens) {
        add(y, i * dim + offset, qkv, at(2, j), weights[j]!);
        const slope = weights[j]! * (slopes[j]! - mean) / Math.sqrt(headDim);
        add(dqkv, at(0, i), qkv, at(1, j), slope);
        add(dqkv, at(1, j), qkv, at(0, i), slope);
        add(dqkv, at(2, j), dy, i * dim + offset, weights[j]!);
      }
    }
  }
  return { y, dqkv };
}

Deno.test("selfAttention() with a bias of −1e9 does without those keys, and a bias learns", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const qkv = normalTensor<Tensor3D>([2, 5, 24], "qkv");
    const off = tf.tensor3d([[[0, 0, 0, -1e9, -1e9]]]); // [1, 1, 5]
    const firstThree = tf.slice(qkv, [0, 0, 0], [2, 3, 24]);
    for (const bias of [off, tf.tile(off, [2, 5, 1])]) {
      const found = tf.slice(selfAttention(qkv, 2, bias), [0, 0, 0], [2, 3, 8]);
      const distance = tf.max(tf.abs(tf.sub(found, selfAttention(firstThree, 2)))).dataSync()[0]!;
      assert.ok(distance < 1e-6, `${device}: ${distance}`); // float32 through a softmax
    }
    const grad = tf.grad((bias) => tf.sum(tf.square(selfAttention(qkv, 2, bias as Tensor3D))))(
      tf.zeros([2, 5, 5]),
    );
    const rowSums = tf.sum(grad, -1).dataSync<"float32">();
    assert.ok(rowSums.every((sum) => Math.abs(sum) < 1e-5)); // adding the same to all scores of a row changes nothing
    assert.ok(tf.max(tf.abs(grad)).dataSync()[0]! > 1e-3);
  }
});
