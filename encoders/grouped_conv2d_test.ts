import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { distance } from "./_test_oracle.ts";
import { GroupedConv2d } from "./grouped_conv2d.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init" });

for (
  const [inDim, outDim, kernelSize, groups] of [[4, 6, 3, 1], [4, 6, 3, 2], [8, 8, 5, 4], [
    3,
    2,
    1,
    1,
  ]] as const
) {
  Deno.test(`GroupedConv2d ${inDim} → ${outDim} by ${kernelSize} in ${groups} groups is tfjs's convolution, group by group`, () => {
    const conv = new GroupedConv2d(inDim, outDim, kernelSize, groups, prng);
    const grid: Tensor4D = tf.randomNormal([2, 5, 7, inDim], 0, 1, "float32", 1);
    const [inGroup, outGroup] = [inDim / groups, outDim / groups];
    const { weight, bias } = conv.parameters;
    const kernel: Tensor4D = tf.reshape(weight!, [kernelSize, kernelSize, inGroup, outDim]);
    const expected = tf.add(
      tf.concat(
        Array.from({ length: groups }, (_, g) =>
          tf.conv2d(
            tf.slice(grid, [0, 0, 0, g * inGroup], [-1, -1, -1, inGroup]) as Tensor4D,
            tf.slice(kernel, [0, 0, 0, g * outGroup], [-1, -1, -1, outGroup]) as Tensor4D,
            1,
            "same",
          )),
        3,
      ),
      bias!,
    );
    assert.ok(distance(conv.forward(grid), expected) < 1e-5); // float32, sums of up to 75 terms
  });
}

Deno.test("GroupedConv2d refuses an even kernel and groups that do not divide", () => {
  assert.throws(() => new GroupedConv2d(4, 4, 2, 1, prng), RangeError);
  assert.throws(() => new GroupedConv2d(4, 6, 3, 4, prng), RangeError);
});
