import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs-core";
import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import { kMeans } from "./k_means.ts";
import { nearestCentroids } from "./nearest_centroids.ts";

await useDevice("cpu");
const prng = (sample: number) => stream({ seed: 0, name: "tokenizer", sample });
const sorted = (values: Float32Array) => [...values].sort((a, b) => a - b);

Deno.test("nearestCentroids() takes the nearest, of equally near ones the first", () => {
  const centroids = tf.tensor2d([[0, 0], [2, 0], [0, 3], [2, 0]]);
  const rows = tf.tensor2d([[0.9, 0], [1.1, 0], [1, 0], [0, 1.6], [9, -9], [2, 0]]); // the third is as near to 0 as to 1
  const codes = nearestCentroids(rows, centroids);
  assert.equal(codes.dtype, "int32");
  assert.deepEqual([...codes.dataSync()], [0, 1, 0, 2, 1, 1]);
  assert.throws(() => nearestCentroids(rows, tf.ones([2, 3])), {
    name: "TypeError",
    message: "Rows [6,2] and centroids [2,3] differ in width",
  });
});

Deno.test("kMeans() finds the means of two clusters on a line from any start", async () => {
  const rows = Float32Array.of(0, 10, 1, 11, 2, 12);
  for (let sample = 0; sample < 20; sample++) {
    assert.deepEqual(sorted(await kMeans(rows, 1, 2, prng(sample))), [1, 11]); // (0 + 1 + 2) / 3 and (10 + 11 + 12) / 3
  }
  assert.deepEqual([...await kMeans(rows, 1, 1, prng(0))], [6]);
  for (let sample = 0; sample < 10; sample++) { // no row is drawn twice while another is left
    assert.deepEqual(sorted(await kMeans(rows, 1, 6, prng(sample))), [0, 1, 2, 10, 11, 12]);
  }
});

Deno.test("kMeans() leaves a centroid that no row is near where it is", async () => {
  for (let sample = 0; sample < 10; sample++) {
    const centroids = await kMeans(Float32Array.of(0, 5, 0, 5, 0, 5), 1, 3, prng(sample)); // two places for three
    assert.deepEqual(new Set(centroids), new Set([0, 5]));
  }
});

Deno.test("kMeans() ends where each centroid is the mean of the rows that are nearest to it, the same for the same stream", async () => {
  const [numRows, width, numCentroids] = [60, 3, 5];
  const rows = normals(numRows * width, stream({ seed: 0, name: "rows" }));
  const centroids = await kMeans(rows, width, numCentroids, prng(1), 100);
  const members = Array.from({ length: numCentroids }, (): number[] => []);
  for (let row = 0; row < numRows; row++) {
    const distances = Array.from({ length: numCentroids }, (_, k) => {
      let distance = 0;
      for (let d = 0; d < width; d++) distance += (rows[row * width + d]! - centroids[k * width + d]!) ** 2;
      return distance;
    });
    members[distances.indexOf(Math.min(...distances))]!.push(row);
  }
  for (const [k, own] of members.entries()) {
    assert.ok(own.length > 0);
    for (let d = 0; d < width; d++) {
      const mean = own.reduce((sum, row) => sum + rows[row * width + d]!, 0) / own.length;
      assert.equal(centroids[k * width + d], Math.fround(mean));
    }
  }
  assert.deepEqual(await kMeans(rows, width, numCentroids, prng(1), 100), centroids);
  assert.notDeepEqual(await kMeans(rows, width, numCentroids, prng(2), 100), centroids);
});

Deno.test("kMeans() refuses fewer rows than centroids, leaves no tensor behind and its rows alone", async () => {
  const rows = Float32Array.of(1, 2, 3, 4);
  const before = tf.memory().numTensors;
  await kMeans(rows, 2, 2, prng(0));
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(rows, Float32Array.of(1, 2, 3, 4));
  await assert.rejects(kMeans(rows, 2, 3, prng(0)), {
    name: "RangeError",
    message: "Cannot find 3 centroids of 2 rows: give at least as many rows",
  });
  for (const [width, numCentroids] of [[3, 1], [2, 0], [2, 1.5]] as const) {
    await assert.rejects(kMeans(rows, width, numCentroids, prng(0)), RangeError);
  }
});
