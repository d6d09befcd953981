import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, testedDevices } from "./_agreement.ts";
import { conv1d, type Conv1dOptions } from "./conv1d.ts";

/** [B, T, C], K, O and the options. */
const cases: [number[], number, number, Conv1dOptions][] = [
  [[1, 1, 1], 1, 1, {}],
  [[2, 30, 1], 10, 33, { stride: 5 }], // a waveform
  [[1, 300, 3], 3, 5, { stride: 2 }], // one sample: windows where they lie
  [[2, 530, 4], 3, 6, { stride: 2 }], // long ones: samples one by one
  [[5, 21, 17], 3, 9, { stride: 2 }], // short ones: samples together
  [[2, 20, 6], 2, 5, { stride: 3 }], // positions that no window sees
  [[1, 20, 2], 2, 3, { stride: 3 }],
  [[130, 17, 2], 4, 3, { stride: 2 }], // more samples than go together
  [[2, 7, 12], 5, 8, { groups: 4, padding: "same" }],
  [[2, 9, 32], 4, 32, { groups: 16, padding: "same" }], // an even kernel
  [[1, 3, 4], 9, 4, { groups: 2, padding: "same" }], // longer than the signal
  [[3, 6, 5], 3, 7, { padding: "same" }],
  [[2, 20, 6], 3, 4, { groups: 2, stride: 2 }],
];

/** The definition, term by term. */
function convolved(
  x: Tensor3D,
  weight: Tensor2D,
  bias: Tensor1D | undefined,
  options: Conv1dOptions,
): Tensor3D {
  const { stride = 1, groups = 1, padding = "valid" } = options;
  const [batchSize, time, channels] = x.shape;
  const outChannels = weight.shape[1], perGroup = channels / groups;
  const kernelSize = weight.shape[0] / perGroup;
  const before = padding === "same" ? Math.floor(kernelSize / 2) : 0;
  const outTime = padding === "same" ? time : Math.floor((time - kernelSize) / stride) + 1;
  const [xs, ws, bs] = [x.arraySync(), weight.arraySync(), bias?.arraySync()];
  const y = tf.buffer([batchSize, outTime, outChannels]);
  for (let b = 0; b < batchSize; b++) {
    for (let t = 0; t < outTime; t++) {
      for (let o = 0; o < outChannels; o++) {
        const group = Math.floor(o * groups / outChannels);
        let sum = bs?.[o] ?? 0;
        for (let k = 0; k < kernelSize; k++) {
          const position = xs[b]![t * stride + k - before] ?? [];
          for (let c = 0; c < perGroup; c++) {
            sum += (position[group * perGroup + c] ?? 0) * ws[k * perGroup + c]![o]!;
          }
        }
        y.set(sum, b, t, o);
      }
    }
  }
  return y.toTensor() as Tensor3D;
}

Deno.test("conv1d() is what its definition says", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    for (const [shape, kernelSize, outChannels, options] of cases) {
      const x = tf.randomNormal<tf.Rank.R3>(shape as [number, number, number], 0, 1, "float32", 1);
      const rows = kernelSize * shape[2]! / (options.groups ?? 1);
      const weight = tf.randomNormal<tf.Rank.R2>([rows, outChannels], 0, 1, "float32", 2);
      const bias = tf.randomNormal<tf.Rank.R1>([outChannels], 0, 1, "float32", 3);
      for (const b of [bias, undefined]) {
        const [y, expected] = [conv1d(x, weight, b, options), convolved(x, weight, b, options)];
        assert.deepEqual(y.shape, expected.shape);
        const worst = tf.max(tf.abs(tf.sub(y, expected))).dataSync()[0]!;
        assert.ok(
          worst < 3e-5,
          `off by ${worst} for ${JSON.stringify([shape, kernelSize, options])} on ${device}`,
        );
      }
    }
  }
});

Deno.test("conv1d() agrees with its reference in value and every gradient", async () => {
  for (const [shape, kernelSize, outChannels, options] of cases) {
    const rows = kernelSize * shape[2]! / (options.groups ?? 1);
    const op = (x?: Tensor, weight?: Tensor, bias?: Tensor) =>
      conv1d(x as Tensor3D, weight as Tensor2D, bias as Tensor1D | undefined, options);
    for (const shapes of [[shape, [rows, outChannels]], [shape, [rows, outChannels], [outChannels]]]) {
      await assertAgreement(op, op, shapes, 3e-6); // on tfjs's CPU device the reference; sums of up to 1100 terms
    }
  }
});

Deno.test("conv1d() has the lengths of data2vec's waveform encoder", async () => {
  await useDevice("cpu");
  const layers = [[10, 5], [3, 2], [3, 2], [3, 2], [3, 2], [2, 2], [2, 2]] as const; // kernel and stride
  for (const [time, expected] of [[400, 1], [16000, 49]] as const) {
    let x: Tensor3D = tf.ones([1, time, 1]);
    for (const [kernelSize, stride] of layers) x = conv1d(x, tf.ones([kernelSize, 1]), undefined, { stride });
    assert.equal(x.shape[1], expected);
  }
});

nativeTest("conv1d() computes no gradient that nobody wants", async () => {
  await useDevice("native");
  const x = tf.ones<tf.Rank.R3>([1, 8, 1]), weight = tf.ones<tf.Rank.R2>([2, 3]);
  const { kernelNames } = await tf.profile(() =>
    tf.grad((weight) => tf.sum(conv1d(x, weight as Tensor2D)))(weight).dispose()
  );
  assert.deepEqual(kernelNames.filter((name) => name.startsWith("Conv1d")), ["Conv1d", "Conv1dGradWeight"]);
});

Deno.test("conv1d() refuses what does not fit", async () => {
  await useDevice("cpu");
  const x: Tensor3D = tf.zeros([1, 5, 4]);
  assert.throws(() => conv1d(x, tf.zeros([6, 3])), {
    name: "TypeError",
    message: /4 channels.*\[6,3\] in 1 groups/,
  });
  assert.throws(() => conv1d(x, tf.zeros([4, 3]), undefined, { groups: 2 }), { name: "TypeError" });
  assert.throws(() => conv1d(x, tf.zeros([4, 3]), tf.zeros([2])), {
    name: "TypeError",
    message: /length 2 to 3/,
  });
  assert.throws(() => conv1d(x, tf.zeros([24, 3])), {
    name: "RangeError",
    message: /kernel of 6 into a signal of 5/,
  });
  for (const options of [{ stride: 0 }, { stride: 1.5 }, { stride: 2, padding: "same" }] as const) {
    assert.throws(() => conv1d(x, tf.zeros([4, 3]), undefined, options), {
      name: "RangeError",
      message: /stride/,
    });
  }
});
