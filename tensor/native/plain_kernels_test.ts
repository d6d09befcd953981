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

const binaries = [tf.add, tf.sub, tf.mul, tf.div, tf.maximum, tf.minimum, tf.squaredDifference];
const comparisons = [tf.equal, tf.notEqual, tf.less, tf.lessEqual, tf.greater, tf.greaterEqual];
const unaries: Record<string, (x: Tensor) => Tensor> = {
  neg: tf.neg,
  abs: tf.abs,
  square: tf.square,
  sqrt: tf.sqrt,
  rsqrt: tf.rsqrt,
  reciprocal: tf.reciprocal,
  exp: tf.exp,
  log: tf.log,
  log1p: tf.log1p,
  sigmoid: tf.sigmoid,
  tanh: tf.tanh,
  erf: tf.erf,
  softplus: tf.softplus,
  relu: tf.relu,
  step: (x) => tf.step(x, 0.25),
  sign: tf.sign,
  clipByValue: (x) => tf.clipByValue(x, -0.5, 0.75),
  softmax: tf.softmax,
  logSoftmax: tf.logSoftmax,
};

nativeTest("binary kernels broadcast as tfjs does", async () => {
  const shapes: [number[], number[]][] = [
    [[5], []],
    [[2, 3, 4], [2, 3, 4]],
    [[40, 19], [19]],
    [[7, 5], [7, 1]],
    [[6, 1, 9], [1, 4, 1]], // in three parts
    [[2, 1, 3, 1, 5], [4, 1, 6, 1]],
    [[0, 3], [3]],
    [[1, 8], [3, 1]],
    [[300, 200], [300, 200]],
  ];
  for (const [a, b] of shapes) {
    for (const op of binaries) {
      for (const [left, right] of [[a, b], [b, a]] as const) {
        const run = () => op(normalTensor(left, "left"), normalTensor(right, "right"));
        await assertSame(run, `${op.name} of [${left}] and [${right}]`);
      }
    }
  }
});

nativeTest("unary kernels agree with tfjs at every scale, and where there is nothing", async () => {
  for (const [name, op] of Object.entries(unaries)) {
    for (const size of [1, 7, 300]) {
      const scales = tf.tensor2d([[1e-30], [1e-3], [1], [30], [1e3]]);
      const run = () => op(tf.mul(normalTensor([5, size], "x"), scales));
      await assertSame(run, `${name} of [5, ${size}]`, 2e-6); // of 1 at least; erf is off by 5e-7
    }
    if (!name.endsWith("oftmax")) await assertSame(() => op(tf.zeros([0, 3])), `${name} of nothing`);
  }
});

nativeTest("exp() and log() reach the ends of float32", async () => {
  await useDevice("native");
  const powers = tf.exp(tf.tensor1d([-103, -88, 88.5, 88.72, 89, -Infinity])).dataSync();
  for (const [i, x] of [-103, -88, 88.5, 88.72].entries()) {
    const [actual, expected] = [powers[i]!, Math.fround(Math.exp(Math.fround(x)))];
    assert.ok(
      Math.abs(actual - expected) <= Math.max(3e-7 * expected, 2 ** -149),
      `${actual} for ${expected}`,
    );
  }
  assert.deepEqual([...powers.subarray(4)], [Infinity, 0]);
  const logs = tf.log(tf.tensor1d([2 ** -149, 3e38])).dataSync();
  for (const [i, x] of [2 ** -149, 3e38].entries()) assert.ok(Math.abs(logs[i]! - Math.log(x)) < 1e-5);
});

nativeTest("sums, means and extremes over any axes agree with tfjs", async () => {
  for (const axis of [[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]]) {
    for (const op of [tf.sum, tf.mean, tf.max, tf.min]) {
      const run = (keepDims: boolean) => () => op(normalTensor([9, 17, 33], "x"), axis, keepDims);
      await assertSame(run(false), `${op.name} over ${axis}`, 1e-5); // float32 sums of up to 5049 terms
      await assertSame(run(true), `${op.name} over ${axis}, kept`, 1e-5);
    }
  }
});

nativeTest("long sums are added in parts", async () => {
  await useDevice("native");
  for (const shape of [[100_001], [3, 40_000], [5000, 7], [2, 3000, 5]]) {
    const x = tf.randomUniform(shape, 0, 1, "float32", 1);
    for (const axis of shape.keys()) {
      const actual = tf.sum(tf.sum(x, axis)).dataSync()[0]!;
      const expected = x.dataSync<"float32">().reduce((sum, y) => sum + y, 0); // in float64
      assert.ok(Math.abs(actual / expected - 1) < 1e-6, `${actual} for ${expected}, [${shape}] over ${axis}`);
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

nativeTest("padding, repeating, stacking and cutting agree with tfjs", async () => {
  const x = () => normalTensor<tf.Tensor3D>([4, 5, 6], "x");
  await assertSame(() => tf.pad(x(), [[1, 2], [0, 3], [2, 0]], 7), "pad of all axes");
  await assertSame(() => tf.pad(x(), [[0, 0], [1, 0], [0, 0]]), "pad of the middle axis");
  await assertSame(() => tf.tile(x(), [2, 1, 3]), "tile");
  await assertSame(() => tf.broadcastTo(normalTensor([4, 1, 6], "x"), [3, 4, 2, 6]), "broadcastTo");
  for (const axis of [0, 1, 2, -1]) {
    await assertSame(() => tf.stack([x(), tf.neg(x())], axis), `stack on ${axis}`);
    await assertSame(() => tf.concat(tf.unstack(x(), axis), 0), `unstack of ${axis}`);
    await assertSame(() => tf.split(x(), [1, x().shape.at(axis)! - 1], axis)[1]!, `split of ${axis}`);
  }
  await assertSame(() => tf.addN([x(), tf.neg(x()), x()]), "addN");
  await assertSame(() => tf.onesLike(x()), "onesLike");
  await assertSame(() => tf.fill([3, 2], 2.5), "fill");
});

nativeTest("gather() and its gradient agree with tfjs, and it says which index is outside", async () => {
  const x = () => normalTensor<tf.Tensor3D>([4, 5, 6], "x");
  const indices = () => tf.tensor1d([3, 0, 3, 1], "int32");
  for (const axis of [0, 1, 2]) {
    await assertSame(() => tf.gather(x(), indices(), axis), `gather on ${axis}`);
    await assertSame(
      () => tf.grad((x) => tf.sum(tf.square(tf.gather(x, indices(), axis))))(x()),
      `gradient of gather on ${axis}`,
    );
  }
  await assertSame(
    () => tf.gather(x(), tf.tensor2d([[0, 1], [2, 2]], [2, 2], "int32")),
    "gather by a matrix",
  );
  assert.throws(() => tf.gather(x(), tf.tensor1d([4], "int32")), /not in \[0, 3\]/);
});

nativeTest("where() and casts of truths agree with tfjs", async () => {
  const [a, b] = [() => normalTensor([9, 33], "a"), () => normalTensor([9, 33], "b")];
  await assertSame(() => tf.where(tf.greater(a(), b()), a(), b()), "where");
  await assertSame(() => tf.where(tf.greater(a(), 0), a(), tf.scalar(0)), "where of a scalar");
  await assertSame(() => tf.cast(tf.less(a(), b()), "float32"), "cast of less");
  const numbers = () => tf.tensor1d([0, -0, 1, -2.5, 1e-40, NaN, Infinity]);
  await assertSame(() => tf.cast(tf.cast(numbers(), "bool"), "float32"), "cast to truths");
});

nativeTest("NaN and infinity pass through as in tfjs", async () => {
  const odd = () => tf.tensor1d([NaN, Infinity, -Infinity, 0, -0, 1]);
  for (const op of [...binaries, ...comparisons]) {
    await assertSame(() => op(tf.reshape(odd(), [6, 1]), tf.reshape(odd(), [1, 6])), op.name);
  }
});

nativeTest("NaN, infinity and zeros pass through unary kernels as in tfjs", async () => {
  const odd = () => tf.tensor1d([NaN, Infinity, -Infinity, 0, -0, 1, -1, 100, -100, 1e-40]);
  const { softmax: _, logSoftmax: _log, ...others } = unaries;
  for (const [name, op] of Object.entries(others)) await assertSame(() => op(odd()), name);
  for (const op of [tf.max, tf.min, tf.sum]) {
    await assertSame(() => op(tf.tensor2d([[1, NaN, 2], [Infinity, 3, 4], [-Infinity, 3, 0]]), 1), op.name);
    await assertSame(() => op(tf.tensor2d([[1, NaN, 2], [Infinity, 3, 4], [-Infinity, 3, 0]]), 0), op.name);
  }
  for (const op of [tf.softmax, tf.logSoftmax]) {
    await assertSame(() => op(tf.tensor2d([[1, NaN, 2], [-Infinity, 3, 4], [1e30, 0, -1e30]])), op.name);
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
