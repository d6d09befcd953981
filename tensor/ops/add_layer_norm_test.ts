import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, nativeTest, normalTensor } from "./_agreement.ts";
import { addLayerNorm } from "./add_layer_norm.ts";
import { addLayerNormReference } from "./add_layer_norm_reference.ts";

/** What a block may use of the two outputs. */
const uses: Record<string, (both: { sum: Tensor; normalized: Tensor }) => Tensor> = {
  both: ({ sum, normalized }) => tf.concat([sum, normalized], -1),
  "the sum": ({ sum }) => sum,
  "the normalisation": ({ normalized }) => normalized,
};

Deno.test("addLayerNorm() agrees with its reference in value and gradients, whichever output is used", async () => {
  for (const [batchSize, numTokens, dim] of [[1, 1, 3], [4, 5, 16], [3, 7, 67], [4, 9, 192]] as const) {
    for (const drops of [false, true]) {
      for (const [name, use] of Object.entries(uses)) {
        const withOp = (op: typeof addLayerNorm) => (...[x, branch, weight, bias]: Tensor[]) => {
          const [w, b] = [weight ?? tf.ones([dim]), bias ?? tf.zeros([dim])] as [Tensor1D, Tensor1D];
          const scale = tf.tensor1d(Array.from({ length: batchSize }, (_, i) => (i % 2) / 0.9));
          return use(drops ? op(x!, branch!, w, b, 1e-5, scale) : op(x!, branch!, w, b, 1e-5));
        };
        const shape = [batchSize, numTokens, dim];
        await assertAgreement(
          withOp(addLayerNorm),
          withOp(addLayerNormReference),
          name === "the sum" ? [shape, shape] : [shape, shape, [dim], [dim]], // it does not depend on the others
          2e-5, // float32; short rows amplify rounding by their small spread
        );
      }
    }
  }
});

nativeTest("addLayerNorm() of scale 0 takes no part of the branch, even where it is not finite", async () => {
  await useDevice("native");
  const x: Tensor3D = normalTensor([1, 1, 4], "x");
  const [weight, bias] = [tf.ones<tf.Rank.R1>([4]), tf.zeros<tf.Rank.R1>([4])];
  const { sum } = addLayerNorm(x, tf.fill<tf.Rank.R3>([1, 1, 4], NaN), weight, bias, 1e-5, tf.zeros([1]));
  assert.deepEqual(sum.dataSync(), x.dataSync());
});

Deno.test("addLayerNorm() says which shapes do not fit", async () => {
  await useDevice("cpu");
  const [x, d] = [tf.zeros<tf.Rank.R3>([2, 3, 4]), tf.zeros<tf.Rank.R1>([4])];
  const branch: Tensor3D = tf.zeros([2, 2, 4]);
  assert.throws(() => addLayerNorm(x, branch, d, d, 1e-5), { name: "TypeError", message: /shape of x/ });
  assert.throws(() => addLayerNorm(x, x, d, d, 1e-5, d), {
    name: "TypeError",
    message: /one number a sample/,
  });
  const row = tf.zeros<tf.Rank.R1>([4]); // no samples
  assert.throws(() => addLayerNorm(row, row, d, d, 1e-5, d), { name: "TypeError", message: /\[B\] for x/ });
});
