import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import assert from "node:assert/strict";
import { nearestNeighbors } from "./nearest_neighbors.ts";

await useDevice("cpu");

/** All cosines in float64, sorted: slow and plain. */
function neighborsReference(base: Float32Array, queries: Float32Array, dim: number, k: number): number[][] {
  const rows = (values: Float32Array) =>
    Array.from({ length: values.length / dim }, (_, i) => [...values.subarray(i * dim, (i + 1) * dim)]);
  const dot = (a: number[], b: number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return rows(queries).map((query) =>
    rows(base)
      .map((row, index) => ({
        index,
        cosine: dot(query, row) / Math.sqrt(dot(query, query) * dot(row, row)),
      }))
      .sort((a, b) => b.cosine - a.cosine || a.index - b.index)
      .slice(0, k)
      .map(({ index }) => index)
  );
}

Deno.test("nearestNeighbors() agrees with sorting all cosines, over more rows than one block has", async () => {
  const [dim, k] = [3, 7];
  const base = normals(4500 * dim, stream({ seed: 1, name: "base" }));
  const queries = normals(5 * dim, stream({ seed: 1, name: "queries" }));
  const { indices, cosines } = await nearestNeighbors(base, queries, dim, k);
  const reference = neighborsReference(base, queries, dim, k);
  // float32 may swap neighbours whose cosines differ by less than its rounding, so compare the cosines too
  reference.forEach((expected, query) => {
    assert.deepEqual([...indices.subarray(query * k, (query + 1) * k)], expected);
  });
  assert.ok(cosines.every((cosine) => cosine <= 1 + 1e-6)); // float32, 3 terms
});

Deno.test("nearestNeighbors() puts the lower of equal rows first, before and after a block's end", async () => {
  const base = new Float32Array(5000 * 2);
  for (let row = 0; row < 5000; row++) base.set(row % 1000 === 17 ? [2, 0] : [0, 1], row * 2);
  const { indices } = await nearestNeighbors(base, Float32Array.of(1, 0), 2, 6);
  assert.deepEqual([...indices], [17, 1017, 2017, 3017, 4017, 0]); // cosine 1 five times, then 0
});

Deno.test("nearestNeighbors() gives a row of zeros cosine 0 with all", async () => {
  const { indices, cosines } = await nearestNeighbors(
    Float32Array.of(0, 0, -1, 0),
    Float32Array.of(3, 0),
    2,
    2,
  );
  assert.deepEqual([...indices], [0, 1]);
  assert.deepEqual([...cosines], [0, -1]);
});

Deno.test("nearestNeighbors() leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  await nearestNeighbors(new Float32Array(9000 * 2), new Float32Array(1100 * 2), 2, 1); // 3 blocks by 3
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("nearestNeighbors() refuses a k that does not fit, and rows that are cut", async () => {
  await assert.rejects(nearestNeighbors(new Float32Array(4), new Float32Array(2), 2, 3), {
    name: "RangeError",
    message: "Cannot find 3 neighbours among 2 rows: choose k in 1…2",
  });
  await assert.rejects(nearestNeighbors(new Float32Array(5), new Float32Array(2), 2, 1), TypeError);
});
