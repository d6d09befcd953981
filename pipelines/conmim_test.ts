import { ProjectionHead } from "@lacuna/encoders";
import { cellMask, denseMask, type TokenMask } from "@lacuna/masking";
import { patchContrast } from "@lacuna/objectives";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { beitEncoder } from "./beit_host.ts";
import { conmimMethod } from "./conmim.ts";
import { sampleStreams } from "./image_batch.ts";
import { maskedRows } from "./masked_rows.ts";
import type { ViewsBatch } from "./views_batch.ts";

await useDevice("wasm");
const config = conmimMethod.presets.tiny!; // 16 patches of 7 × 7
const image = { height: 28, width: 28, channels: 1 };
const [batchSize, numPatches, start] = [3, 16, { step: 0, progress: 0 }];
const pixels = (name: string) => normals(batchSize * 784, stream({ seed: 0, name }));
const batch: ViewsBatch = {
  student: pixels("student"),
  teacher: pixels("teacher"),
  samples: Int32Array.of(4, 0, 9),
  epoch: 2,
};
const masks: TokenMask[] = sampleStreams(batch, config.seed, "mask").map((prng) =>
  cellMask({ grid: [4, 4], ...config.masks }, prng)
);

/** Images whose pixels in some patches of each are others. */
function changed(images: Float32Array, patchesOf: (mask: TokenMask) => Int32Array): Float32Array {
  const values = Float32Array.from(images);
  for (const [b, mask] of masks.entries()) {
    for (const patch of patchesOf(mask)) {
      const corner = 784 * b + 28 * 7 * Math.floor(patch / 4) + 7 * (patch % 4);
      for (let i = 0; i < 49; i++) values[corner + 28 * Math.floor(i / 7) + i % 7]! += 3;
    }
  }
  return values;
}

/** A step's loss and what the teacher said. */
function outcome(of: ViewsBatch): { loss: number; said: number[] } {
  const { loss, targets } = conmimMethod.pipeline(config, image).step(of, start);
  return { loss: loss.dataSync()[0]!, said: [...targets.dataSync()] };
}

Deno.test("ConMIM's student does not see what is masked, and its teacher does", () => {
  const before = outcome(batch);
  const hidden = ({ masked }: TokenMask) => masked, seen = ({ visible }: TokenMask) => visible;
  assert.deepEqual(outcome({ ...batch, student: changed(batch.student, hidden) }), before);
  assert.notEqual(outcome({ ...batch, student: changed(batch.student, seen) }).loss, before.loss);
  for (const part of [hidden, seen]) {
    const after = outcome({ ...batch, teacher: changed(batch.teacher, part) });
    assert.notDeepEqual(after.said, before.said);
    assert.notEqual(after.loss, before.loss);
  }
});

Deno.test("ConMIM's loss is the mean over masked patches of −ln of their own share among the teacher's patches of their image", () => {
  const encoder = beitEncoder(config, image); // as the student and the teacher begin
  const { dim } = config.encoder, { hiddenDim, outDim } = config.heads;
  const prng = stream({ seed: config.seed, name: "init/projector" });
  const projector = new ProjectionHead(dim, hiddenDim, outDim, 3, "batch", prng, {
    activation: "relu",
    normalizeOutput: true,
  });
  const vectorsOf = (images: Float32Array, mask?: Tensor2D): number[][][] => {
    const tokens = encoder.forward(tf.tensor4d(images, [batchSize, 28, 28, 1]), mask ? { mask } : {});
    const rows = projector.forward(tf.reshape<tf.Rank.R2>(tokens, [-1, dim]));
    return tf.reshape<tf.Rank.R3>(rows, [batchSize, 1 + numPatches, outDim]).arraySync().map(([_, ...own]) =>
      own
    );
  };
  const mask = tf.tensor2d(denseMask(masks, numPatches), [batchSize, numPatches]);
  const said = vectorsOf(batch.student, mask), targets = vectorsOf(batch.teacher);
  const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const cosine = (a: readonly number[], b: readonly number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  const losses = masks.flatMap(({ masked }, b) =>
    [...masked].map((patch) => {
      const powers = targets[b]!.map((target) => Math.exp(cosine(said[b]![patch]!, target) / 0.1));
      return -Math.log(powers[patch]! / powers.reduce((sum, x) => sum + x, 0));
    })
  );
  assert.equal(losses.length, batchSize * 12); // of 16
  const expected = losses.reduce((sum, x) => sum + x, 0) / losses.length;
  const found = outcome(batch).loss;
  assert.ok(Math.abs(found - expected) < 1e-4 * expected, `${found} is not ${expected}`); // float32, cosines over 0.1
});

Deno.test("what ConMIM's student says of visible patches is nothing to its loss, nor to its gradient", () => {
  const draw = (name: string): Tensor3D =>
    tf.tensor3d(normals(batchSize * numPatches * 5, stream({ seed: 0, name })), [batchSize, numPatches, 5]);
  const numMasked = masks[0]!.masked.length;
  const masked = tf.tensor2d(masks.map(({ masked }) => [...masked]), [batchSize, numMasked], "int32");
  const flat = tf.tensor1d(
    masks.flatMap(({ masked }, b) => [...masked].map((i) => numPatches * b + i)),
    "int32",
  );
  const lossOf = (said: Tensor): Scalar => {
    const pred: Tensor3D = tf.reshape(maskedRows(said as Tensor3D, flat), [batchSize, numMasked, 5]);
    return patchContrast(pred, draw("targets"), masked, 0.1).loss;
  };
  const said = draw("said");
  const isVisible = tf.tensor3d(
    denseMask(masks, numPatches).map((value) => 1 - value),
    [batchSize, numPatches, 1],
  );
  const moved = tf.add(said, tf.mul(isVisible, draw("noise")));
  assert.equal(lossOf(moved).dataSync()[0], lossOf(said).dataSync()[0]);
  const ofPatch = tf.max(tf.abs(tf.grad(lossOf)(said)), -1).dataSync<"float32">();
  assert.deepEqual([...ofPatch].map((x) => x > 0 ? 1 : 0), [...denseMask(masks, numPatches)]);
});
