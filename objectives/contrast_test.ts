import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { useDevice } from "@lacuna/tensor";
import { codeXent } from "./code_xent.ts";
import { infoNce } from "./info_nce.ts";
import { patchContrast } from "./patch_contrast.ts";
import { symmetricByolLoss } from "./symmetric_byol_loss.ts";

await useDevice("cpu");
const number = (x: tf.Tensor) => x.dataSync<"float32">()[0]!;

Deno.test("patchContrast() of two masked patches of three is what the softmax of their cosines says", () => {
  const pred = tf.tensor3d([[[0, 1], [1, 0]]]); // the student's of patches 1 and 2 of (1,0), (0,1), (1,0)
  const targets = tf.tensor3d([[[1, 0], [0, 1], [0.6, 0.8]]]);
  const masked = tf.tensor2d([[1, 2]], [1, 2], "int32");
  const { loss, metrics } = patchContrast(pred, targets, masked, 0.1);
  // Over 0.1, the first has products 0, 10, 8 with the targets, its own 10; the second 10, 0, 6, its own 6
  const expected = [
    Math.log(1 + Math.exp(-2) + Math.exp(-10)),
    4 + Math.log(1 + Math.exp(-4) + Math.exp(-10)),
  ];
  assert.ok(Math.abs(number(loss) - (expected[0]! + expected[1]!) / 2) < 1e-5); // 0.126968 and 4.018195; float32
  assert.equal(number(metrics.accuracy!), 0.5);
  for (const [at, ofPatch] of expected.entries()) { // patch by patch
    const one = patchContrast(
      tf.slice(pred, [0, at, 0], [1, 1, 2]),
      targets,
      tf.slice(masked, [0, at], [1, 1]),
      0.1,
    );
    assert.ok(Math.abs(number(one.loss) - ofPatch) < 1e-5);
  }
});

Deno.test("patchContrast() moves no visible patch, and its negatives are of the same image", () => {
  const pred = tf.tensor3d([[[0, 1]], [[1, 0]]]), targets = tf.tensor3d([[[1, 0], [0, 1]], [[1, 0], [0, 1]]]);
  const masked = tf.tensor2d([[1], [0]], [2, 1], "int32");
  const before = number(patchContrast(pred, targets, masked, 0.1).loss);
  const first = number(
    patchContrast(
      tf.slice(pred, [0, 0, 0], [1, 1, 2]),
      tf.slice(targets, [0, 0, 0], [1, 2, 2]),
      tf.slice(masked, [0, 0], [1, 1]),
      0.1,
    ).loss,
  );
  assert.ok(Math.abs(before - first) < 1e-6); // another image adds no negatives
  assert.throws(() => patchContrast(pred, targets, tf.zeros([2, 1]), 0.1), TypeError); // not int32
  assert.throws(() => patchContrast(pred, targets, masked, 0), RangeError);
});

Deno.test("infoNce() is ln B without information and near 0 where each finds its own", () => {
  const target: Tensor2D = tf.eye(4);
  assert.ok(Math.abs(number(infoNce(tf.ones([8, 4]), target, 0.2).loss) - Math.log(4)) < 1e-6);
  const found = infoNce(tf.tile(target, [2, 1]) as Tensor2D, target, 0.05);
  assert.ok(Math.abs(number(found.loss) - Math.log(1 + 3 * Math.exp(-20))) < 1e-6);
  assert.equal(number(found.metrics.accuracy!), 1);
  assert.throws(() => infoNce(tf.ones([5, 4]), target, 0.2), TypeError);
  assert.throws(() => infoNce(target, target, 0), RangeError);
});

Deno.test("codeXent() is ln K for equal logits and counts right codes", () => {
  const logits = tf.tensor2d([[0, 0, 0], [0, 50, 0]]);
  const { loss, metrics } = codeXent(logits, tf.tensor1d([2, 1], "int32"));
  assert.ok(Math.abs(number(loss) - Math.log(3) / 2) < 1e-6);
  assert.equal(number(metrics.accuracy!), 0.5); // of equal logits the first is taken
  assert.throws(() => codeXent(logits, tf.tensor1d([2], "int32")), TypeError);
  assert.throws(() => codeXent(logits, tf.tensor1d([2, 1])), TypeError);
});

Deno.test("symmetricByolLoss() adds both ways", () => {
  const right = tf.tensor2d([[1, 0]]), up = tf.tensor2d([[0, 1]]);
  const { loss, metrics } = symmetricByolLoss({ pred: right, target: up }, { pred: right, target: right });
  assert.equal(number(loss), 2); // right against right 0, right against up 2
  assert.equal(number(metrics.cosine!), 0.5);
  const grad = tf.grad((x) =>
    symmetricByolLoss({ pred: x as Tensor2D, target: up }, { pred: right, target: right }).loss
  )(tf.tensor2d([[0, 2]]));
  assert.ok(number(tf.max(tf.abs(grad))) > 0);
});

Deno.test("contrasts leave nothing behind but their results", () => {
  const targets: Tensor3D = tf.ones([1, 3, 2]), masked = tf.tensor2d([[1, 2]], [1, 2], "int32");
  const pred: Tensor3D = tf.ones([1, 2, 2]),
    rows: Tensor2D = tf.ones([4, 2]),
    codes = tf.tensor1d([0, 1, 0, 1], "int32");
  const before = tf.memory().numTensors;
  for (
    const { loss, metrics } of [
      patchContrast(pred, targets, masked, 1),
      infoNce(rows, rows, 1),
      codeXent(rows, codes),
    ]
  ) {
    tf.dispose([loss, ...Object.values(metrics)]);
  }
  assert.equal(tf.memory().numTensors, before);
});
