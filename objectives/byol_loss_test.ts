import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { freeze, ProjectionHead, VisionTransformer } from "@lacuna/encoders";
import { normals, permutation, stream } from "@lacuna/random";
import { useDevice, valueAndGrads } from "@lacuna/tensor";
import { byolLoss } from "./byol_loss.ts";

await useDevice("cpu");
const config = {
  imageHeight: 16,
  imageWidth: 16,
  channels: 3,
  patchSize: 8,
  dim: 16,
  depth: 2,
  numHeads: 2,
  mlpRatio: 4,
  numClassBlocks: 2,
  layerScaleInit: 0.1,
  dropPathRate: 0,
};

/** The loss as a number. */
function lossOf(pred: Tensor2D, target: Tensor2D): number {
  return tf.tidy(() => byolLoss(pred, target).loss.dataSync()[0]!);
}

/** Normal numbers [rows, columns], the same for the same name. */
function gaussian(rows: number, columns: number, name: string): Tensor2D {
  return tf.tensor2d(normals(rows * columns, stream({ seed: 0, name })), [rows, columns]);
}

Deno.test("byolLoss() is 0 for the same direction, 2 for orthogonal ones and 4 for opposite ones", () => {
  const target = tf.tensor2d([[1, 0]]);
  assert.equal(lossOf(tf.tensor2d([[1, 0]]), target), 0);
  assert.equal(lossOf(tf.tensor2d([[0, 1]]), target), 2);
  assert.equal(lossOf(tf.tensor2d([[-1, 0]]), target), 4);
});

Deno.test("byolLoss() of (3, 4) and (4, 3) is 0.08, at any length of either", () => {
  for (const [a, b] of [[1, 1], [100, 1], [1, 0.01]] as const) {
    const loss = lossOf(tf.tensor2d([[3 * a, 4 * a]]), tf.tensor2d([[4 * b, 3 * b]]));
    assert.ok(Math.abs(loss - 0.08) < 1e-6); // (0.6 − 0.8)² + (0.8 − 0.6)²
  }
});

Deno.test("byolLoss() tells the mean cosine", () => {
  const { loss, metrics } = byolLoss(tf.tensor2d([[1, 0], [0, 1]]), tf.tensor2d([[1, 0]]));
  assert.equal(loss.dataSync()[0], 1); // (0 + 2) / 2
  assert.equal(metrics.cosine!.dataSync()[0], 0.5); // (1 + 0) / 2
});

Deno.test("byolLoss() is an average: twice the images or twice the masks change nothing", () => {
  const [pred, target] = [gaussian(6, 5, "pred"), gaussian(3, 5, "target")]; // two masks of three images
  const [first, second] = tf.split(pred, 2) as [Tensor2D, Tensor2D];
  const expected = lossOf(pred, target);
  const twiceTheImages = tf.concat([first, first, second, second]) as Tensor2D;
  assert.ok(Math.abs(lossOf(twiceTheImages, tf.concat([target, target]) as Tensor2D) - expected) < 1e-6);
  assert.ok(Math.abs(lossOf(tf.concat([pred, pred]) as Tensor2D, target) - expected) < 1e-6);
});

Deno.test("byolLoss() pairs row b of every mask with image b, whatever the order of masks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 2, max: 6 }), fc.nat(), (k, b, seed) => {
      tf.tidy(() => {
        const target = tf.eye(b); // image b points along axis b
        const all = tf.tile(target, [k, 1]);
        assert.equal(lossOf(all, target), 0);
        const wrong = [...permutation(k * b, stream({ seed, name: "order" }))]; // image-major, or any other order
        const numRight = wrong.filter((row, r) => row % b === r % b).length;
        const shuffled = tf.gather(all, tf.tensor1d(wrong, "int32"));
        assert.ok(Math.abs(lossOf(shuffled, target) - 2 * (1 - numRight / (k * b))) < 1e-6);
      });
    }),
  );
});

Deno.test("byolLoss()'s slope is orthogonal to each prediction and agrees with finite differences", () => {
  const [start, target] = [gaussian(4, 5, "pred"), gaussian(2, 5, "target")];
  const grad = tf.grad((pred) => byolLoss(pred as Tensor2D, target).loss)(start);
  const along = tf.sum(tf.mul(grad, start), -1).dataSync<"float32">();
  assert.ok(along.every((x) => Math.abs(x) < 1e-6)); // a longer prediction is not a better one
  const step = 1e-2;
  const at = (r: number, d: number, change: number) => {
    const moved = start.arraySync();
    moved[r]![d]! += change;
    return lossOf(tf.tensor2d(moved), target);
  };
  const slopes = [0, 1, 2, 3].map((r) =>
    [0, 1, 2, 3, 4].map((d) => (at(r, d, step) - at(r, d, -step)) / (2 * step))
  );
  const error = tf.max(tf.abs(tf.sub(grad, tf.tensor2d(slopes)))).dataSync()[0]!;
  assert.ok(error < 1e-3, `off by ${error}`); // step² and float32 / step
});

Deno.test("byolLoss() reaches predictor, projector and encoder of the student, and nothing of the teacher", () => {
  const build = (seed: number) => {
    const prng = (name: string) => stream({ seed, name: `init/${name}` });
    const encoder = new VisionTransformer(config, prng("encoder"));
    const head = new ProjectionHead(16, 32, 8, 3, "layer", prng("head"));
    const named = (name: string, parameters: typeof encoder.parameters) =>
      Object.entries(parameters).map(([key, parameter]) => [`${seed}.${name}.${key}`, parameter]);
    return {
      encoder,
      head,
      parameters: [...named("encoder", encoder.parameters), ...named("head", head.parameters)],
    };
  };
  const [student, teacher] = [build(1), build(2)];
  const predictor = new ProjectionHead(8, 32, 8, 2, "layer", stream({ seed: 1, name: "init/predictor" }));
  for (const part of [teacher.encoder, teacher.head]) freeze(part.parameters);
  const images: Tensor4D = tf.randomNormal([2, 16, 16, 3], 0, 1, "float32", 1);
  const keep = tf.tensor2d([[0, 1], [2, 3], [2, 3], [0, 1]], [4, 2], "int32");
  const everything = {
    ...Object.fromEntries([...student.parameters, ...teacher.parameters]),
    ...predictor.parameters,
  };
  const { grads } = valueAndGrads(() =>
    tf.tidy(() => {
      const pred = predictor.forward(student.head.forward(student.encoder.forward(images, { keep })));
      return byolLoss(pred, teacher.head.forward(teacher.encoder.forward(images))).loss;
    }), everything);
  const trainable = student.parameters.map(([name]) => name as string).filter((name) =>
    !name.endsWith("pos_embed")
  );
  assert.deepEqual(Object.keys(grads).sort(), [...trainable, ...Object.keys(predictor.parameters)].sort());
  for (const [name, grad] of Object.entries(grads)) {
    if (name.endsWith("attn.k.bias")) continue; // adds the same to all scores of a softmax
    assert.ok(tf.max(tf.abs(grad)).dataSync()[0]! > 1e-9, `${name} has no gradient`);
  }
});

Deno.test("byolLoss() of the official encoder's outputs is that of the official code in float64", () => {
  const encoder = new VisionTransformer(config, stream({ seed: 0, name: "init" }));
  // Element i of the k-th official tensor is 0.1 · sin(0.37 · i + k), plus 1 in a norm's weight; weights are
  // [out, in] there
  Object.keys(encoder.parameters).filter((name) => name !== "pos_embed").sort().forEach((name, k) => {
    const parameter = encoder.parameters[name]!;
    const one = name.includes("norm") && name.endsWith("weight") ? 1 : 0;
    const wave = Float32Array.from({ length: parameter.size }, (_, i) => 0.1 * Math.sin(0.37 * i + k) + one);
    parameter.assign(tf.tidy(() => {
      if (parameter.rank !== 2) return tf.tensor(wave, parameter.shape);
      if (name !== "patch_embed.proj.weight") {
        return tf.transpose(tf.tensor2d(wave, [...parameter.shape].reverse() as [number, number]));
      }
      return tf.reshape(tf.transpose(tf.tensor4d(wave, [16, 3, 8, 8]), [2, 3, 1, 0]), parameter.shape); // [D, C, p, p]
    }));
  });
  const pixels = Float32Array.from({ length: 2 * 3 * 16 * 16 }, (_, i) => Math.sin(0.1 * i));
  const images: Tensor4D = tf.transpose(tf.tensor4d(pixels, [2, 3, 16, 16]), [0, 2, 3, 1]);
  const lossAt = (rows: number[][]) =>
    lossOf(
      encoder.forward(images, { keep: tf.tensor2d(rows, [rows.length, 2], "int32") }),
      encoder.forward(images),
    );
  const [first, second] = [[[0, 2], [0, 2]], [[1, 3], [3, 1]]] as [number[][], number[][]];
  for (
    const [rows, official] of [[first, 0.0034384398], [second, 0.0007552377], [
      [...first, ...second],
      0.0020968387,
    ]] as const
  ) {
    assert.ok(Math.abs(lossAt([...rows]) - official) < 1e-6); // float32 against float64
  }
});

Deno.test("byolLoss() leaves nothing behind but its result", () => {
  const [pred, target] = [gaussian(4, 5, "pred"), gaussian(2, 5, "target")];
  const before = tf.memory().numTensors;
  const { loss, metrics } = byolLoss(pred, target);
  tf.dispose([loss, metrics.cosine!]);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("byolLoss() refuses predictions that are not some for each target", () => {
  const message = /\[5,4\] with targets \[2,4\]: pass K·2 predictions of 4 numbers/;
  assert.throws(() => byolLoss(tf.ones([5, 4]), tf.ones([2, 4])), { name: "TypeError", message });
  assert.throws(() => byolLoss(tf.ones([4, 3]), tf.ones([2, 4])), TypeError);
});
