import { extrema, type ExtremaConfig, overrideConfig, preset } from "@lacuna/pipelines";
import { normals, stream, uniforms } from "@lacuna/random";
import {
  AdamW,
  batchNorm,
  classAttention,
  conv1d,
  dropPathAdd,
  gatherPatches,
  gatherTokens,
  gelu,
  l2Normalize,
  layerNorm,
  linear,
  momentumUpdate,
  selfAttention,
  useDevice,
} from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { hasNative, notBuilt } from "./_workplace.ts";

/** Numbers by what they are, the same in the same order on every device. */
type Numbers = Readonly<Record<string, Float32Array>>;

const adapter = await navigator.gpu?.requestAdapter();
const devices = [
  { device: "wasm", skipped: "" },
  { device: "native", skipped: hasNative ? "" : notBuilt },
  { device: "webgpu", skipped: adapter ? "" : " (skipped: no adapter, no Vulkan driver)" },
];

/** A tensor of normal numbers, the same for the same name. */
function normalTensor<T extends Tensor>(shape: readonly number[], name: string): T {
  return tf.tensor(normals(tf.util.sizeFromShape([...shape]), stream({ seed: 0, name })), [...shape]) as T;
}

/** Reads tensors, without blocking as WebGPU demands, and disposes of them. */
async function read(tensors: Readonly<Record<string, Tensor>>): Promise<Numbers> {
  const numbers: Record<string, Float32Array> = {};
  for (const [name, tensor] of Object.entries(tensors)) {
    numbers[name] = (await tensor.data<"float32">()).slice();
    tensor.dispose();
  }
  return numbers;
}

/** An op's value, and the gradient of a fixed random projection of it by every input. */
function valueAndGradients(
  op: (...xs: Tensor[]) => Tensor,
  shapes: readonly number[][],
): () => Promise<Numbers> {
  return () =>
    read(tf.tidy(() => {
      const inputs = shapes.map((shape, i) => normalTensor(shape, `input ${i}`));
      const value = op(...inputs);
      const projection = normalTensor(value.shape, "projection");
      const gradients = tf.grads((...xs: Tensor[]) => tf.sum(tf.mul(op(...xs), projection)))(inputs);
      return { value, ...Object.fromEntries(gradients.map((x, i) => [`gradient of input ${i}`, x])) };
    }));
}

/** What two AdamW updates make of a parameter and its moments. */
async function adamW(): Promise<Numbers> {
  const parameter = tf.tidy(() => tf.variable(normalTensor([5, 7], "parameter")));
  const options = { beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, decayed: () => true };
  const optimizer = new AdamW({ w: parameter }, options);
  for (const name of ["first", "second"]) {
    const w = normalTensor([5, 7], name);
    optimizer.step({ w }, 0.01);
    w.dispose();
  }
  return await read({ parameter, ...optimizer.state });
}

/** Where a teacher stands after one update. */
async function momentum(): Promise<Numbers> {
  const [teacher, student] = tf.tidy(() =>
    ["teacher", "student"].map((name) => tf.variable(normalTensor([33], name)))
  ) as [tf.Variable, tf.Variable];
  momentumUpdate({ w: teacher }, { w: student }, 0.9);
  student.dispose();
  return await read({ teacher });
}

/** Loss, targets and every gradient of ExtreMA's first step on noise. */
function extremaStep(norm: ExtremaConfig["heads"]["norm"]): () => Promise<Numbers> {
  const batchSize = 4, side = 14;
  const config = overrideConfig(preset("tiny"), [
    "encoder.dim=8",
    `heads.norm=${norm}`,
    `schedule.batchSize=${batchSize}`,
  ]);
  const pixels = (name: string) => uniforms(batchSize * side * side, stream({ seed: 0, name }));
  const batch = {
    student: pixels("student"),
    teacher: pixels("teacher"),
    samples: Int32Array.of(0, 1, 2, 3),
    epoch: 0,
  };
  return async () => {
    const { parameters, teacher, step } = extrema(config, { height: side, width: side, channels: 1 });
    const { loss, targets, grads } = step(batch, { step: 0, progress: 0 });
    const numbers = await read({ loss, targets, ...grads });
    tf.dispose([parameters, teacher]);
    return numbers;
  };
}

const float32 = 3e-6; // sums of at most a hundred float32 terms in another order, as a share of the largest value
const cases: Readonly<Record<string, { compute: () => Promise<Numbers>; tolerance: number }>> = {
  linear: {
    compute: valueAndGradients((x, w, b) => linear(x as Tensor3D, w as Tensor2D, b as Tensor1D), [
      [2, 3, 17],
      [17, 9],
      [9],
    ]),
    tolerance: float32,
  },
  layerNorm: {
    compute: valueAndGradients((x, w, b) => layerNorm(x!, w as Tensor1D, b as Tensor1D, 1e-6), [[2, 5, 24], [
      24,
    ], [24]]),
    tolerance: 1e-5, // through a reciprocal root
  },
  batchNorm: {
    compute: valueAndGradients((x, w, b) => batchNorm(x as Tensor2D, w as Tensor1D, b as Tensor1D, 1e-5), [
      [9, 12],
      [12],
      [12],
    ]),
    tolerance: 1e-5, // through a reciprocal root
  },
  gelu: { compute: valueAndGradients((x) => gelu(x!), [[3, 41]]), tolerance: float32 },
  selfAttention: {
    compute: valueAndGradients((qkv) => selfAttention(qkv as Tensor3D, 2), [[2, 5, 48]]),
    tolerance: 1e-5, // through a softmax
  },
  "selfAttention with a bias": {
    compute: valueAndGradients((qkv, bias) => selfAttention(qkv as Tensor3D, 2, bias as Tensor3D), [
      [2, 5, 48],
      [2, 5, 5],
    ]),
    tolerance: 1e-5, // through a softmax
  },
  classAttention: {
    compute: valueAndGradients(
      (q, k, v) => classAttention(q as Tensor3D, k as Tensor3D, v as Tensor3D, 2),
      [[2, 1, 16], [2, 5, 16], [2, 5, 16]],
    ),
    tolerance: 1e-5, // through a softmax
  },
  conv1d: {
    compute: valueAndGradients(
      (x, w, b) => conv1d(x as Tensor3D, w as Tensor2D, b as Tensor1D, { groups: 2, padding: "same" }),
      [[2, 7, 6], [9, 8], [8]],
    ),
    tolerance: float32,
  },
  gatherPatches: {
    compute: valueAndGradients((images) => {
      const keep = tf.tensor2d([[3, 0], [1, 3], [2, 0], [3, 1]], [4, 2], "int32"); // overlapping: gradients add up
      return gatherPatches(images as Tensor4D, 2, keep);
    }, [[2, 4, 4, 3]]),
    tolerance: float32,
  },
  gatherTokens: {
    compute: valueAndGradients((tokens) => {
      const keep = tf.tensor2d([[4, 0], [1, 3], [2, 0], [3, 1]], [4, 2], "int32"); // overlapping: gradients add up
      return gatherTokens(tokens as Tensor3D, keep);
    }, [[2, 5, 6]]),
    tolerance: float32,
  },
  dropPathAdd: {
    compute: valueAndGradients(
      (x, branch) => dropPathAdd(x as Tensor3D, branch as Tensor3D, tf.tensor1d([0, 1.25])),
      [[2, 3, 8], [2, 3, 8]],
    ),
    tolerance: float32,
  },
  l2Normalize: { compute: valueAndGradients((x) => l2Normalize(x!), [[6, 20]]), tolerance: float32 },
  AdamW: { compute: adamW, tolerance: float32 },
  momentumUpdate: { compute: momentum, tolerance: float32 },
  "ExtreMA's first step": { compute: extremaStep("layer"), tolerance: 1e-3 }, // a whole network forth and back
  "ExtreMA's first step with batch norm": { compute: extremaStep("batch"), tolerance: 1e-3 },
};

/** What every case gives on tfjs's plain JavaScript. */
const expected = new Map<string, Numbers>();
await useDevice("cpu");
for (const [name, { compute }] of Object.entries(cases)) expected.set(name, await compute());

for (const { device, skipped } of devices) {
  for (const [name, { compute, tolerance }] of Object.entries(cases)) {
    Deno.test({
      name: `${name} on ${device} agrees with cpu in value and gradients${skipped}`,
      ignore: skipped !== "",
      fn: async () => {
        await useDevice(device);
        const actual = await compute();
        assert.deepEqual(Object.keys(actual), Object.keys(expected.get(name)!));
        for (const [what, values] of Object.entries(expected.get(name)!)) {
          const scale = values.reduce((most, x) => Math.max(most, Math.abs(x)), 1e-3); // below, gradients that are 0 but for rounding
          const worst = values.reduce((most, x, i) => Math.max(most, Math.abs(x - actual[what]![i]!)), 0);
          assert.ok(worst <= tolerance * scale, `${what}: off by ${worst} of ${scale}`);
        }
      },
    });
  }
}
