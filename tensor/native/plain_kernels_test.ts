import assert from "node:assert/strict";
import { integer, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { nativeTest, normalTensor } from "../ops/_agreement.ts";

/** The same computation on tfjs's JavaScript device and on the native one. */
async function assertSame(run: () => Tensor, what: string, tolerance = 1e-6): Promise<void> {
  const results: { shape: number[]; values: Float32Array }[] = [];
  for (const device of ["cpu", "native"]) {
    await useDevice(device);
    results.push(tf.tidy(() => {
      const y = run();
      return { shape: y.shape, values: y.dataSync<"float32">().slice() };
    }));
  }
  const [expected, actual] = results;
  assert.deepEqual(actual!.shape, expected!.shape, what);
  for (const [i, x] of expected!.values.entries()) {
    const y = actual!.values[i]!;
    assert.ok(
      Object.is(x, y) || Math.abs(x - y) <= tolerance * Math.max(1, Math.abs(x)),
      `${what}: ${y} for ${x} at ${i}`,
    );
  }
}

nativeTest("binary kernels broadcast as tfjs does", async () => {
  const shapes: [number[], number[]][] = [
    [[5], []],
    [[2, 3, 4], [2, 3, 4]],
    [[40, 19], [19]],
    [[7, 5], [7, 1]],
    [[6, 1, 9], [1, 4, 1]], // in three parts, for which tfjs's own kernel steps in
    [[1, 8], [3, 1]],
    [[300, 200], [300, 200]],
  ];
  for (const [a, b] of shapes) {
    for (const op of [tf.add, tf.sub, tf.mul, tf.div, tf.maximum]) {
      for (const [left, right] of [[a, b], [b, a]] as const) {
        const run = () => op(normalTensor(left, "left"), normalTensor(right, "right"));
        await assertSame(run, `${op.name} of [${left}] and [${right}]`);
      }
    }
  }
});

nativeTest("sums and means over any axes agree with tfjs", async () => {
  for (const axis of [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]]) {
    for (const op of [tf.sum, tf.mean]) {
      const run = (keepDims: boolean) => () => op(normalTensor([9, 17, 33], "x"), axis, keepDims);
      await assertSame(run(false), `${op.name} over ${axis}`, 1e-5); // float32 sums of up to 5049 terms
      await assertSame(run(true), `${op.name} over ${axis}, kept`, 1e-5);
    }
  }
});

nativeTest("matMul() agrees with tfjs in every transposition, batched and broadcast", async () => {
  for (
    const [transposeA, transposeB] of [[false, false], [false, true], [true, false], [true, true]] as const
  ) {
    for (const [m, n, k] of [[1, 1, 1], [5, 7, 3], [50, 70, 300]] as const) {
      const a = transposeA ? [k, m] : [m, k];
      const b = transposeB ? [n, k] : [k, n];
      for (const [aBatch, bBatch] of [[[], []], [[3], [3]], [[2, 3], [2, 3]], [[4], [1]]] as const) {
        await assertSame(
          () =>
            tf.matMul(
              normalTensor([...aBatch, ...a], "a"),
              normalTensor([...bBatch, ...b], "b"),
              transposeA,
              transposeB,
            ),
          `[${aBatch},${a}] · [${bBatch},${b}]`,
          5e-5, // float32 sums of 300 terms of either sign
        );
      }
    }
  }
});

nativeTest("slice(), concat() and transpose() agree with tfjs", async () => {
  const x = () => normalTensor<tf.Tensor3D>([4, 5, 6], "x");
  await assertSame(() => tf.slice(x(), [0, 1, 0], [4, 3, 6]), "slice of the middle axis");
  await assertSame(() => tf.slice(x(), [1, 0, 0], [2, 5, 6]), "slice of the first axis");
  await assertSame(() => tf.slice(x(), [1, 2, 3], [2, 2, 2]), "slice of all axes");
  for (const axis of [0, 1, 2]) {
    await assertSame(() => tf.concat([x(), x(), x()], axis), `concat on axis ${axis}`);
  }
  for (const perm of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    await assertSame(() => tf.transpose(x(), perm), `transpose by ${perm}`);
  }
  await assertSame(
    () => tf.transpose(normalTensor([2, 3, 4, 3, 4, 2], "images"), [0, 1, 3, 2, 4, 5]),
    "patches",
  );
});

nativeTest("NaN and infinity pass through as in tfjs", async () => {
  const odd = () => tf.tensor1d([NaN, Infinity, -Infinity, 0, -0, 1]);
  for (const op of [tf.add, tf.sub, tf.mul, tf.div, tf.maximum]) {
    await assertSame(() => op(tf.reshape(odd(), [6, 1]), tf.reshape(odd(), [1, 6])), op.name);
  }
});

nativeTest("a product has the same bits on every run", async () => {
  await useDevice("native");
  const size = 64 + integer(stream({ seed: 0, name: "size" }), 0, 64);
  const product = () =>
    tf.tidy(() => tf.matMul(normalTensor([300, size], "a"), normalTensor([size, 90], "b")).dataSync());
  const first = product();
  for (let run = 0; run < 5; run++) assert.deepEqual(product(), first);
});
