import { type Prng, substream, uniform } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { nearestCentroids } from "./nearest_centroids.ts";

/**
 * Centroids of rows by Lloyd's iteration from k-means++ starts (Arthur and Vassilvitskii, SODA 2007).
 * @param rows [R, P] flat, R ≥ K.
 * @param width P.
 * @param numCentroids K.
 * @param prng Where the starts come from; the same stream gives the same centroids.
 * @param numSteps Of the iteration at most; it ends sooner where no row changes its centroid.
 * @returns [K, P] flat.
 * @throws {RangeError} If there are fewer rows than centroids.
 */
export async function kMeans(
  rows: Float32Array,
  width: number,
  numCentroids: number,
  prng: Prng,
  numSteps = 20,
): Promise<Float32Array> {
  const numRows = rows.length / width;
  if (
    !(Number.isInteger(numRows) && Number.isInteger(numCentroids) && numCentroids >= 1 &&
      numRows >= numCentroids)
  ) {
    throw new RangeError(
      `Cannot find ${numCentroids} centroids of ${numRows} rows: give at least as many rows`,
    );
  }
  const centroids = starts(rows, width, numCentroids, prng);
  let before: Int32Array | undefined;
  for (let step = 0; step < numSteps; step++) {
    const codes = await codesOf(rows, width, centroids);
    if (before?.every((code, row) => code === codes[row])) break;
    before = codes;
    const sums = new Float64Array(centroids.length), counts = new Float64Array(numCentroids);
    for (let row = 0; row < numRows; row++) {
      const code = codes[row]!;
      counts[code]!++;
      for (let d = 0; d < width; d++) sums[code * width + d]! += rows[row * width + d]!;
    }
    for (let at = 0; at < sums.length; at++) { // one that no row is near stays where it is
      const count = counts[Math.floor(at / width)]!;
      if (count > 0) centroids[at] = sums[at]! / count;
    }
  }
  return centroids;
}

/** Rows drawn one after the other, each with a chance that grows with the square of its distance to those before it. */
function starts(rows: Float32Array, width: number, numCentroids: number, prng: Prng): Float32Array {
  const numRows = rows.length / width;
  const centroids = new Float32Array(numCentroids * width);
  const nearest = new Float64Array(numRows).fill(Infinity);
  const draws = substream(prng, "k-means++");
  let chosen = Math.floor(uniform(draws, 0) * numRows);
  for (let k = 0; k < numCentroids; k++) {
    const centre = rows.subarray(chosen * width, (chosen + 1) * width);
    centroids.set(centre, k * width);
    let total = 0;
    for (let row = 0; row < numRows; row++) {
      let distance = 0;
      for (let d = 0; d < width; d++) distance += (rows[row * width + d]! - centre[d]!) ** 2;
      nearest[row] = Math.min(nearest[row]!, distance);
      total += nearest[row]!;
    }
    let left = uniform(draws, k + 1) * total;
    chosen = nearest.findIndex((distance) => (left -= distance) < 0);
    if (chosen < 0) chosen = k % numRows; // all rows are centroids already
  }
  return centroids;
}

async function codesOf(rows: Float32Array, width: number, centroids: Float32Array): Promise<Int32Array> {
  const codes = tf.tidy(() =>
    nearestCentroids(
      tf.tensor2d(rows, [rows.length / width, width]),
      tf.tensor2d(centroids, [centroids.length / width, width]),
    )
  );
  const values = Int32Array.from(await codes.data());
  codes.dispose();
  return values;
}
