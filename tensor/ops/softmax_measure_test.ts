import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { useDevice } from "../device.ts";
import { assertAgreement, normalTensor, testedDevices } from "./_agreement.ts";
import { softmaxMeasure } from "./softmax_measure.ts";
import { softmaxMeasureReference } from "./softmax_measure_reference.ts";

Deno.test("softmaxMeasure() of entropy agrees with its reference in value and gradient", async () => {
  for (const shape of [[1, 1], [3, 5], [2, 3, 16], [4, 2, 7, 50]]) {
    for (const scale of [1e-2, 1, 10]) {
      const counts = () => {
        const draw = normalTensor<Tensor2D>([shape[0]!, shape.at(-1)!], "counts");
        return tf.cast(tf.greater(draw, -0.2), "float32") as Tensor2D;
      };
      await assertAgreement(
        (scores) => softmaxMeasure(tf.mul(scores!, scale), counts(), "entropy"),
        (scores) => softmaxMeasureReference(tf.mul(scores!, scale), counts(), "entropy"),
        [shape],
        1e-4, // float32: a slope is a difference of logarithms, at nearly equal scores a hundredth of them
      );
    }
  }
});

function near(found: Float32Array, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  for (const [i, value] of expected.entries()) {
    assert.ok(Math.abs(found[i]! - value) <= 1e-5, `${found} is not ${expected}`);
  }
}

// Values without a derivation beside them are of an independent implementation in float64.
Deno.test("softmaxMeasure() of entropy and its slope at worked rows", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const entropyOf = (row: readonly number[]) =>
      softmaxMeasure<Tensor1D>(tf.tensor2d([[...row]]), tf.ones([1, row.length]), "entropy").dataSync<
        "float32"
      >();
    const slopeOf = (row: readonly number[]) =>
      tf.grad((x) => softmaxMeasure(x, tf.ones([1, row.length]), "entropy"))(tf.tensor2d([[...row]]))
        .dataSync<
          "float32"
        >();
    near(entropyOf([0, 0, 0, 0]), [Math.log(4)]);
    near(slopeOf([0, 0, 0, 0]), [0, 0, 0, 0]);
    assert.ok(Math.abs(entropyOf([60, 0, 0, 0])[0]!) < 1e-20);
    near(slopeOf([60, 0, 0, 0]), [0, 0, 0, 0]);
    near(entropyOf([2, 0, 0, 0]), [0.918284]);
    near(slopeOf([2, 0, 0, 0]), [-0.410760, 0.136920, 0.136920, 0.136920]);
    near(entropyOf([1, 0, -1]), [0.832396]);
    near(slopeOf([1, 0, -1]), [-0.282587, 0.140770, 0.141817]);
    near(entropyOf([Math.log(3), 0]), [0.811278 * Math.log(2)]);
    near(slopeOf([Math.log(3), 0]), [-0.205990, 0.205990]); // −0.75 · (ln 0.75 + H)
    near(entropyOf([0.7, 0.1, 0.1, 0.1].map(Math.log)), [0.678390 * Math.log(4)]);
  }
});

Deno.test("softmaxMeasure() of entropy does not see columns that do not count, however large, and rows without any are 0", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const scores = tf.tensor2d([[2, 0, 0, 0, 1e4], [5, 5, 5, 5, 5]]);
    const counts = tf.tensor2d([[1, 1, 1, 1, 0], [0, 0, 0, 0, 0]]);
    near(softmaxMeasure<Tensor1D>(scores, counts, "entropy").dataSync<"float32">(), [0.918284, 0]);
    const slope = tf.grad((x) => softmaxMeasure(x, counts, "entropy"))(scores).dataSync<"float32">();
    near(slope, [-0.410760, 0.136920, 0.136920, 0.136920, 0, 0, 0, 0, 0, 0]);
  }
});

Deno.test("softmaxMeasure() of entropy refuses counts of other columns", () => {
  assert.throws(() => softmaxMeasure(tf.zeros([2, 3]), tf.zeros([2, 1]), "entropy"), TypeError);
});

Deno.test("softmaxMeasure() of a share agrees with its reference in value and gradient", async () => {
  for (const shape of [[1, 1], [3, 5], [2, 3, 16], [4, 2, 7, 50]]) {
    for (const scale of [1e-2, 1, 10]) {
      const counts = () => {
        const draw = normalTensor<Tensor2D>([shape[0]!, shape.at(-1)!], "counts");
        return tf.cast(tf.greater(draw, -0.2), "float32") as Tensor2D;
      };
      await assertAgreement(
        (scores) => softmaxMeasure(tf.mul(scores!, scale), counts(), "logShare"),
        (scores) => softmaxMeasureReference(tf.mul(scores!, scale), counts(), "logShare"),
        [shape],
        3e-5, // float32, differences of logarithms
      );
    }
  }
});

Deno.test("softmaxMeasure() of a share of worked rows", async () => {
  for (const device of testedDevices) {
    await useDevice(device);
    const scores = tf.tensor2d([[0, 0, 0, 0], [Math.log(3), 0, -1e9, 0], [0, 200, 0, 0], [1, 2, 3, 4], [
      1,
      2,
      3,
      4,
    ]]);
    const counts = tf.tensor2d([[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 1, 0], [1, 1, 1, 1], [0, 0, 0, 0]]);
    const share = softmaxMeasure<Tensor1D>(scores, counts, "logShare");
    const expected = [-Math.log(4), Math.log(3 / 5), Math.log(2) - 200, 0, 0]; // all columns, and none
    for (const [i, value] of expected.entries()) {
      assert.ok(Math.abs(share.dataSync()[i]! - value) <= 2e-5, `${device}, row ${i}`);
    }
    const slope = tf.grad((x) => softmaxMeasure(x, counts, "logShare"))(scores).arraySync() as number[][];
    // of a column that counts: its share among those, less that among all
    for (const [i, row] of [[0.75, -0.25, -0.25, -0.25], [0.4, -0.2, 0, -0.2], [0.5, -1, 0.5, 0]].entries()) {
      for (const [j, value] of row.entries()) {
        assert.ok(Math.abs(slope[i]![j]! - value) <= 1e-5, `${device}, row ${i}`);
      }
    }
    for (const x of [...slope[3]!, ...slope[4]!]) assert.ok(Math.abs(x) <= 1e-6, device);
  }
});

Deno.test("softmaxMeasure() of a share refuses counts of other columns", () => {
  assert.throws(() => softmaxMeasure(tf.zeros([2, 3]), tf.zeros([2, 1]), "logShare"), TypeError);
});
