import { integer, normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import fc from "fast-check";
import assert from "node:assert/strict";
import type { Features } from "./features.ts";
import { knn } from "./knn.ts";

await useDevice("cpu");

const draw = (name: string, seed: number, numRows: number, dim: number): Features => ({
  values: normals(numRows * dim, stream({ seed, name })),
  dim,
  labels: Int32Array.from(
    { length: numRows },
    (_, row) => integer(stream({ seed, name: `${name}/label` }), row, 3),
  ),
});

/** The vote as it is written: all cosines in float64, the k highest, one sum a class. */
function knnReference(train: Features, test: Features, k: number, temperature: number): number[] {
  const { dim } = train;
  const unit = ({ values }: Features, row: number) => {
    const x = [...values.subarray(row * dim, (row + 1) * dim)];
    const length = Math.hypot(...x);
    return x.map((value) => value / length);
  };
  return [...test.labels].map((_, row) => {
    const query = unit(test, row);
    const neighbors = [...train.labels].map((label, i) => ({
      label,
      cosine: unit(train, i).reduce((sum, x, d) => sum + x * query[d]!, 0),
    }));
    const votes = [0, 0, 0];
    for (const { label, cosine } of neighbors.sort((a, b) => b.cosine - a.cosine).slice(0, k)) {
      votes[label]! += Math.exp(cosine / temperature);
    }
    return votes.indexOf(Math.max(...votes));
  });
}

Deno.test("knn() agrees with the vote as it is written", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 2, max: 9 }),
      async (seed, k, dim) => {
        const train = draw("train", seed, 40, dim), test = draw("test", seed, 11, dim);
        const { predictions, accuracy } = await knn(train, test, { k, temperature: 0.07 });
        assert.deepEqual([...predictions], knnReference(train, test, k, 0.07));
        const numRight = predictions.filter((label, row) => label === test.labels[row]).length;
        assert.equal(accuracy, numRight / 11);
      },
    ),
    { numRuns: 30, seed: 5 }, // fixed: float32 may decide otherwise where two votes are equal to 7 digits
  );
});

Deno.test("knn() lets near neighbours outweigh more but farther ones, the less the higher the temperature", async () => {
  const train: Features = { // one at cosine 1, two at 0.6
    values: Float32Array.of(1, 0, 3, 4, 3, -4),
    dim: 2,
    labels: Int32Array.of(0, 1, 1),
  };
  const test: Features = { values: Float32Array.of(9, 0), dim: 2, labels: Int32Array.of(0) };
  assert.deepEqual([...(await knn(train, test, { k: 3, temperature: 0.5 })).predictions], [0]); // e^0.8 = 2.23 > 2
  assert.deepEqual([...(await knn(train, test, { k: 3, temperature: 0.7 })).predictions], [1]); // e^0.57 = 1.77 < 2
});

Deno.test("knn() gives equal votes to the lower class, and does not overflow at a low temperature", async () => {
  const train: Features = { values: Float32Array.of(1, 0, 1, 0), dim: 2, labels: Int32Array.of(2, 1) };
  const test: Features = { values: Float32Array.of(1, 0), dim: 2, labels: Int32Array.of(1) };
  assert.equal((await knn(train, test, { k: 2, temperature: 1e-4 })).accuracy, 1); // exp(10⁴) is beyond float64
});

Deno.test("knn() refuses splits that do not fit, and features that are not finite", async () => {
  const one: Features = { values: Float32Array.of(1, 0), dim: 2, labels: Int32Array.of(0) };
  await assert.rejects(knn(one, { ...one, dim: 1, labels: Int32Array.of(0, 0) }, { k: 1 }), TypeError);
  await assert.rejects(knn(one, { ...one, labels: Int32Array.of() }, { k: 1 }), TypeError);
  await assert.rejects(knn(one, one, { k: 1, temperature: 0 }), RangeError);
  await assert.rejects(knn(one, { ...one, labels: Int32Array.of(-1) }, { k: 1 }), RangeError);
  await assert.rejects(knn(one, { ...one, values: Float32Array.of(0, NaN) }, { k: 1 }), {
    name: "RangeError",
    message: "test holds NaN at row 0, column 1: the encoder's output must be finite to be evaluated",
  });
});
