import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { distance } from "./_test_oracle.ts";
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
