import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, normalTensor, testedDevices } from "./_agreement.ts";
import { groupedConv2d } from "./grouped_conv2d.ts";

/** [B, H, W, C], O, K and G. */
const cases: [[number, number, number, number], number, number, number][] = [
  [[1, 1, 1, 1], 1, 1, 1],
  [[2, 5, 7, 4], 6, 3, 1],
  [[3, 4, 3, 6], 9, 3, 3], // channels that are no multiple of a tile
  [[2, 2, 1, 8], 8, 5, 4], // a kernel larger than the grid
  [[5, 6, 5, 3], 2, 1, 1],
  [[19, 7, 7, 16], 16, 3, 2], // more grids than go together
  [[1, 14, 14, 48], 48, 3, 1], // one that does not fit
  [[2, 3, 6, 10], 14, 3, 2], // rows and groups that are no multiple of four
  [[40, 3, 9, 32], 32, 3, 8], // several groups one after the other, in more grids than go together
];

const op = (groups: number) => (x?: Tensor, weight?: Tensor, bias?: Tensor) =>
  groupedConv2d(x as Tensor4D, weight as Tensor3D, bias as Tensor1D, groups);

Deno.test("groupedConv2d() is tfjs's convolution, group by group", async () => {
  for (const device of testedDevices) {
    for (const [shape, outChannels, kernelSize, groups] of cases) {
      await useDevice(device);
      const [inGroup, outGroup] = [shape[3] / groups, outChannels / groups];
      const x = normalTensor<Tensor4D>(shape, "x");
      const weight = normalTensor<Tensor3D>([kernelSize, kernelSize * inGroup, outChannels], "weight");
      const bias = normalTensor<Tensor1D>([outChannels], "bias");
      const actual = groupedConv2d(x, weight, bias, groups).dataSync();
      const inputs = [x, weight, bias].map((tensor) => tensor.dataSync().slice());
      await useDevice("cpu");
      const [grid, flat, shift] = [shape, weight.shape, bias.shape].map((of, i) => tf.tensor(inputs[i]!, of));
      const kernel = tf.reshape(flat!, [kernelSize, kernelSize, inGroup, outChannels]);
      const parts = Array.from({ length: groups }, (_, g) =>
        tf.conv2d(
          tf.slice(grid!, [0, 0, 0, g * inGroup], [-1, -1, -1, inGroup]) as Tensor4D,
          tf.slice(kernel, [0, 0, 0, g * outGroup], [-1, -1, -1, outGroup]) as Tensor4D,
          1,
          "same",
        ));
      const expected = tf.add(tf.concat(parts, 3), shift!).dataSync();
      const worst = Math.max(...actual.map((y, i) => Math.abs(y - expected[i]!)));
      assert.ok(worst < 1e-4, `off by ${worst} for ${shape} on ${device}`); // float32, sums of up to 432 terms
    }
  }
});

Deno.test("groupedConv2d() agrees with its reference in value and every gradient", async () => {
  for (const [shape, outChannels, kernelSize, groups] of cases) {
    const weightShape = [kernelSize, kernelSize * shape[3] / groups, outChannels];
    await assertAgreement(op(groups), op(groups), [shape, weightShape, [outChannels]], 3e-6); // on tfjs's CPU device the reference
  }
});

nativeTest("groupedConv2d() computes no gradient that nobody wants", async () => {
  await useDevice("native");
  const x = tf.ones<tf.Rank.R4>([1, 3, 3, 2]), weight = tf.ones<tf.Rank.R3>([3, 6, 2]);
  const bias = tf.zeros<tf.Rank.R1>([2]);
  const { kernelNames } = await tf.profile(() =>
    tf.grad((weight) => tf.sum(groupedConv2d(x, weight as Tensor3D, bias, 1)))(weight).dispose()
  );
  assert.deepEqual(
    kernelNames.filter((name) => name.startsWith("GroupedConv2d")),
    ["GroupedConv2d", "GroupedConv2dGradWeight"],
  );
});

Deno.test("groupedConv2d() refuses what does not fit", async () => {
  await useDevice("cpu");
  const x: Tensor4D = tf.zeros([1, 3, 3, 4]);
  const refused = (weight: [number, number, number], bias: number, groups: number) =>
    assert.throws(() => groupedConv2d(x, tf.zeros(weight), tf.zeros([bias]), groups), {
      name: "TypeError",
      message: new RegExp(`4 channels.*in ${groups} groups`),
    });
  refused([2, 8, 4], 4, 1); // an even kernel
  refused([3, 12, 4], 3, 1);
  refused([3, 11, 4], 4, 1);
  refused([3, 4, 4], 4, 3);
});

Deno.test("groupedConv2d() refuses grids or outputs without channels, on every device", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    for (const [channels, outChannels] of [[0, 0], [0, 2], [2, 0]] as const) {
      assert.throws(
        () =>
          groupedConv2d(
            tf.zeros([1, 3, 3, channels]),
            tf.zeros([3, 3 * channels, outChannels]),
            tf.zeros([outChannels]),
            1,
          ),
        { name: "TypeError", message: new RegExp(`Cannot convolve ${channels} channels.*neither may be 0$`) },
      );
    }
  }
});
