import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { normals, stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { distance, oracleOf, stir } from "./_test_oracle.ts";
import { ConvDecoder } from "./conv_decoder.ts";

await useDevice("cpu");
const prng = stream({ seed: 0, name: "init" });
const config = { encoderDim: 8, gridHeight: 4, gridWidth: 4, dim: 12, depth: 2, kernelSize: 3, groups: 4 };
const restore: Tensor2D = tf.tensor2d(
  [
    [2, 0, 3, 1, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], // patches 1 and 3 are visible
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], // patches 0 and 1
  ],
  [2, 16],
  "int32",
);
const visible: Tensor3D = tf.randomNormal([2, 2, 8], 0, 1, "float32", 2);
const noise = stream({ seed: 0, name: "noise", step: 0 });

Deno.test("ConvDecoder predicts every patch, from the visible ones near it", () => {
  const decoder = new ConvDecoder(config, prng);
  const pred = decoder.forward(visible, restore, noise);
  assert.deepEqual(pred.shape, [2, 16, 8]);
  const moved = decoder.forward(tf.add(visible, 1), restore, noise);
  const changes = (tf.max(tf.abs(tf.sub(moved, pred)), -1) as Tensor2D).arraySync();
  const near = (patch: number, of: readonly number[]) =>
    // within two layers of a kernel of 3
    of.some((v) =>
      Math.abs(Math.floor(v / 4) - Math.floor(patch / 4)) <= 2 && Math.abs(v % 4 - patch % 4) <= 2
    );
  for (const [b, of] of [[1, 3], [0, 1]].entries()) {
    for (let patch = 0; patch < 16; patch++) {
      assert.equal(changes[b]![patch]! > 1e-5, near(patch, of), `${b} ${patch}`);
    }
  }
});

Deno.test("ConvDecoder is its convolutions, norms and GELUs by loops over patches, visible tokens in their places and noise in the others", () => {
  const decoder = new ConvDecoder({ ...config, depth: 3, dim: 8, encoderDim: 8 }, prng); // all layers are added
  const wider = new ConvDecoder(config, prng); // the first is not
  for (const [module, dim, depth] of [[decoder, 8, 3], [wider, 12, 2]] as const) {
    stir(module);
    const { map, gelu } = oracleOf(module);
    const filler = normals(2 * 14 * 8, noise).map((z) => 0.01 * z);
    const pred = module.forward(visible, restore, noise);
    for (const [b, order] of restore.arraySync().entries()) {
      const tokens = [
        ...visible.arraySync()[b]!,
        ...Array.from({ length: 14 }, (_, i) => [...filler.subarray((14 * b + i) * 8, (14 * b + i + 1) * 8)]),
      ];
      let grid = order.map((at) => tokens[at]!); // [16, 8]
      for (let layer = 0; layer < depth; layer++) {
        const { [`blocks.${layer}.weight`]: weight, [`blocks.${layer}.bias`]: bias } = module.parameters;
        const convolved = convolve(grid, weight!.dataSync<"float32">(), bias!.dataSync<"float32">());
        const normed = convolved.map((row) => {
          const mean = row.reduce((sum, x) => sum + x, 0) / dim;
          const variance = row.reduce((sum, x) => sum + (x - mean) ** 2, 0) / dim;
          return row.map((x) => (x - mean) / Math.sqrt(variance + 1e-5));
        });
        const said = gelu(tf.tensor2d(normed)).arraySync();
        grid = said.map((row, patch) =>
          row.map((x, d) => grid[0]!.length === dim ? x + grid[patch]![d]! : x)
        );
      }
      const expected = map(tf.tensor2d(grid), "proj");
      assert.ok(distance(tf.unstack(pred)[b]!, expected) < 1e-4); // float32, through three norms
    }
  }
});

/** A convolution of 4 × 4 patches by 3 × 3 in 4 groups, weight [9, I / 4, O] with the outputs of a group side by side. */
function convolve(
  grid: readonly (readonly number[])[],
  weight: Float32Array,
  bias: Float32Array,
): number[][] {
  const inGroup = grid[0]!.length / 4, outDim = bias.length;
  return grid.map((_, patch) =>
    Array.from(bias, (start, out) => {
      const group = Math.floor(out / (outDim / 4));
      let sum = start;
      for (let tap = 0; tap < 9; tap++) {
        const row = Math.floor(patch / 4) + Math.floor(tap / 3) - 1, column = patch % 4 + tap % 3 - 1;
        if (row < 0 || row > 3 || column < 0 || column > 3) continue; // zeros around
        for (let i = 0; i < inGroup; i++) {
          sum += grid[4 * row + column]![group * inGroup + i]! * weight[(tap * inGroup + i) * outDim + out]!;
        }
      }
      return sum;
    })
  );
}

Deno.test("ConvDecoder's noise is a function of its stream", () => {
  const decoder = new ConvDecoder(config, prng);
  const at = (step: number) => decoder.forward(visible, restore, stream({ seed: 0, name: "noise", step }));
  assert.equal(distance(at(0), at(0)), 0);
  const change = distance(at(0), at(1));
  assert.ok(change > 1e-5 && change < 0.5); // a deviation of 0.01
});

Deno.test("ConvDecoder learns all its parameters and refuses an order of others", () => {
  const decoder = new ConvDecoder({ ...config, dim: 8 }, prng); // of equal width, so that every layer is added
  const { grads } = valueAndGrads(
    () => tf.tidy(() => tf.mean(tf.square(decoder.forward(visible, restore, noise))) as tf.Scalar),
    decoder.parameters,
  );
  for (const name of Object.keys(decoder.parameters)) {
    assert.ok(tf.max(tf.abs(grads[name]!)).dataSync()[0]! > 1e-9, name);
  }
  assert.throws(() => decoder.forward(visible, tf.zeros([2, 9], "int32"), noise), TypeError);
});
