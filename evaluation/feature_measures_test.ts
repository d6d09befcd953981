import type { ImageSet } from "@lacuna/data";
import { augmentViews } from "@lacuna/data/augment";
import { PatchTransformer, VisionTransformer } from "@lacuna/encoders";
import { integer, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { featureMeasures } from "./feature_measures.ts";
import { lidar } from "./lidar.ts";
import { rankMeasures } from "./rank_measures.ts";

await useDevice("cpu");

const size = 40;
/** 4×4 noise. */
const images: ImageSet = {
  name: "noise",
  height: 4,
  width: 4,
  channels: 1,
  numClasses: 2,
  classNames: ["one", "two"],
  size,
  images: Uint8Array.from(
    { length: 16 * size },
    (_, i) => integer(stream({ seed: 0, name: "noise" }), i, 256),
  ),
  labels: new Int32Array(size),
  mean: [0],
  std: [1],
  contentHash: "",
};
const pixels = (batch: tf.Tensor4D): tf.Tensor2D => tf.reshape(batch, [-1, 16]);

/** Mean over columns of √(unbiased variance + 1e-6), in float64. */
function spreadOf(rows: readonly (readonly number[])[]): number {
  const means = rows[0]!.map((_, d) => rows.reduce((sum, row) => sum + row[d]!, 0) / rows.length);
  const variances = means.map((mean, d) =>
    rows.reduce((sum, row) => sum + (row[d]! - mean) ** 2, 0) / (rows.length - 1)
  );
  return variances.reduce((sum, variance) => sum + Math.sqrt(variance + 1e-6), 0) / variances.length;
}

Deno.test("featureMeasures() of pixels are those of all images, as they were", async () => {
  const before = tf.memory().numTensors;
  const { spread, ...found } = await featureMeasures(pixels, images);
  assert.equal(tf.memory().numTensors, before);
  const values = Float32Array.from(images.images, (x) => x / 255);
  const expected = rankMeasures({ values, dim: 16 });
  assert.deepEqual(Object.keys(found), Object.keys(expected)); // neither LiDAR nor blocks
  for (const name of ["rankMe", "effectiveRank", "alpha"] as const) {
    assert.ok(Math.abs(found[name] - expected[name]) < 1e-4, name); // the images come in another order, in float32
  }
  const rows = Array.from({ length: size }, (_, i) => [...values.subarray(16 * i, 16 * i + 16)]);
  assert.ok(Math.abs(spread - spreadOf(rows)) < 1e-6);
});

Deno.test("featureMeasures() draws as many images as it is told, by the seed", async () => {
  const of = (seed: number) => featureMeasures(pixels, images, { numImages: 5, seed });
  const [first, again, other] = [await of(0), await of(0), await of(1)];
  assert.deepEqual(first, again);
  assert.notDeepEqual(first, other);
  assert.ok(first.rankMe <= 5); // of 16
});

Deno.test("featureMeasures() measures LiDAR on views of a seed drawn from the run's", async () => {
  const view = [{ kind: "randomResizedCrop", scale: [0.3, 0.6] }] as const;
  const { lidar: found, rankMe } = await featureMeasures(pixels, images, { numViews: 3, view });
  const plan = { size: [4, 4], mean: [0], std: [1], views: [view] } as const;
  const viewsOf = (seed: number) =>
    Array.from({ length: size }, (_, sample) => {
      const image = {
        height: 4,
        width: 4,
        channels: 1,
        pixels: images.images.subarray(16 * sample, 16 * sample + 16),
      };
      return [0, 1, 2].flatMap((
        epoch,
      ) => [...augmentViews([image], plan, { seed, epoch, samples: [sample] })[0]!]);
    });
  const lidarOf = (seed: number) => lidar(Float32Array.from(viewsOf(seed).flat()), 16, 3);
  const expected = lidarOf(integer(stream({ seed: 0, name: "feature-measures/views" }), 0, 2 ** 32 - 1));
  assert.ok(Math.abs(found! - expected) < 1e-6, `${found} is not ${expected}`); // the same numbers, the images in another order
  assert.ok(Math.abs(found! - lidarOf(0)) > 1e-3); // of the crops that a run with this seed trains on
  assert.equal(rankMe, (await featureMeasures(pixels, images)).rankMe); // of the images themselves
});

Deno.test("featureMeasures() leaves LiDAR of wide vectors out", async () => {
  const wide = (batch: tf.Tensor4D): tf.Tensor2D => tf.tile(pixels(batch), [1, 65]);
  const { lidar, rankMe } = await featureMeasures(wide, images, { numViews: 2, view: [{ kind: "flip" }] });
  assert.equal(lidar, undefined);
  assert.ok(rankMe <= 16.001); // the same 16 columns again and again
});

Deno.test("featureMeasures() measures the mean of the patches after each block, with and without class tokens", async () => {
  const sizes = { imageHeight: 4, imageWidth: 4, channels: 1, patchSize: 2, dim: 8, depth: 2, numHeads: 2 };
  const shared = { ...sizes, mlpRatio: 2, dropPathRate: 0, layerScaleInit: 1 };
  const prng = stream({ seed: 0, name: "init" });
  for (
    const encoder of [
      new PatchTransformer({ ...shared, family: "vit", maskToken: false }, prng),
      new VisionTransformer({ ...shared, numClassBlocks: 1 }, prng),
    ]
  ) {
    const { blockSpreads } = await featureMeasures(pixels, images, { encoder });
    assert.equal(blockSpreads!.length, 2);
    const tokens = tf.tidy(() => { // what leaves the last block, by the other way to it
      const values = Float32Array.from(images.images, (x) => x / 255);
      return tf.mean(encoder.patchTokens(tf.tensor4d(values, [size, 4, 4, 1])), 1).arraySync() as number[][];
    });
    assert.ok(Math.abs(blockSpreads![1]! - spreadOf(tokens)) < 1e-6);
    assert.notEqual(blockSpreads![0], blockSpreads![1]);
  }
});
