import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import type { Features } from "./features.ts";
import { logisticProbe } from "./logistic_probe.ts";
import { ridgeProbe } from "./ridge_probe.ts";

await useDevice("cpu");

/** Three classes around three corners, in 6 dimensions of which one never changes and one is a thousand times as wide. */
function clouds(numRows: number, name: string, noise: number): Features {
  const dim = 6;
  const drawn = normals(numRows * dim, stream({ seed: 0, name }));
  const labels = Int32Array.from({ length: numRows }, (_, row) => row % 3);
  const values = drawn.map((z, at) => {
    const d = at % dim, label = labels[Math.floor(at / dim)]!;
    if (d === 3) return 7;
    return (noise * z + (d === label ? 1 : 0)) * (d === 4 ? 1000 : 1);
  });
  return { values, dim, labels };
}

for (const [name, probe] of [["ridgeProbe", ridgeProbe], ["logisticProbe", logisticProbe]] as const) {
  Deno.test(`${name}() separates what can be separated, and is at chance where nothing is`, async () => {
    const near = await probe(clouds(300, "train", 0.1), clouds(150, "test", 0.1));
    assert.equal(near.accuracy, 1);
    assert.equal(near.predictions.length, 150);
    const train = clouds(300, "train", 1);
    const shuffled = { ...train, labels: train.labels.map((_, row) => (row * 7919 % 300) % 3) };
    const test = clouds(300, "test", 1);
    const none = await probe(
      { ...shuffled, values: normals(1800, stream({ seed: 1, name: "train" })) },
      test,
    );
    assert.ok(Math.abs(none.accuracy - 1 / 3) < 4 * Math.sqrt(2 / 9 / 300), `${none.accuracy}`);
  });

  Deno.test(`${name}() gives the same twice, and does not care for the scale of a column`, async () => {
    const [train, test] = [clouds(120, "train", 0.6), clouds(300, "test", 0.6)];
    const first = await probe(train, test), second = await probe(train, test);
    assert.deepEqual(first, second);
    const scaled = ({ values, ...rest }: Features) => ({
      ...rest,
      values: values.map((x, at) => at % 6 === 0 ? 1024 * x + 5 : x),
    });
    const third = await probe(scaled(train), scaled(test));
    const differing = third.predictions.filter((label, row) => label !== first.predictions[row]).length;
    assert.ok(differing <= 2, `${differing}`); // float32 rounding at the border
  });

  Deno.test(`${name}() refuses splits and options that do not fit`, async () => {
    const train = clouds(30, "train", 1);
    await assert.rejects(probe(train, { ...train, dim: 5, values: new Float32Array(150) }), TypeError);
    await assert.rejects(probe(train, train, { lambdas: [0] }), RangeError);
    await assert.rejects(probe(train, train, { lambdas: [] }), RangeError);
    await assert.rejects(probe(train, train, { heldOutShare: 1 }), RangeError);
  });
}

Deno.test("ridgeProbe() of two rows by hand", async () => {
  const train = { values: Float32Array.of(-1, 1), dim: 1, labels: Int32Array.of(0, 1) };
  const test = { values: Float32Array.of(-0.1, 0.1, 5), dim: 1, labels: Int32Array.of(0, 1, 1) };
  const { predictions, lambda } = await ridgeProbe(train, test, { lambdas: [1] }); // scores ½ ∓ x/4: the sign decides
  assert.deepEqual([...predictions], [0, 1, 1]);
  assert.equal(lambda, 1);
});

Deno.test("ridgeProbe() of rows wider than many: classes of 50 columns each among 2,100", async () => {
  const dim = 2100;
  const wide = (numRows: number, name: string): Features => {
    const labels = Int32Array.from({ length: numRows }, (_, row) => row % 3);
    const values = normals(numRows * dim, stream({ seed: 0, name }));
    labels.forEach((label, row) => {
      for (let i = 0; i < 50; i++) values[row * dim + 50 * label + i]! += 4;
    });
    return { values, dim, labels };
  };
  const before = tf.memory().numTensors;
  const { accuracy } = await ridgeProbe(wide(90, "wide train"), wide(60, "wide test"));
  assert.equal(tf.memory().numTensors, before);
  assert.ok(accuracy > 0.95, `${accuracy}`); // each class's columns together stand out by far more than the others' noise
});
