import * as tf from "@tensorflow/tfjs-core";

/** For every query its k nearest rows, nearest first. */
export type Neighbors = {
  /** [Q, k] row numbers in the base. */
  readonly indices: Int32Array;
  /** [Q, k] cosines, in [−1, 1] up to rounding, descending. */
  readonly cosines: Float32Array;
};

const BASE_ROWS = 4096; // one block of cosines, 512 × 4096 float32, is 8 MiB
const QUERY_ROWS = 512;

/**
 * The k rows of the base with the highest cosine to each query; exact, and of equal cosines the lower row first.
 * @param base [n, D] row after row.
 * @param queries [Q, D] row after row.
 * @param dim D, at least 1.
 * @param k Neighbours a query, in 1…n.
 * @throws {RangeError} If k is not in 1…n.
 * @throws {TypeError} If a length is not a multiple of dim.
 */
export async function nearestNeighbors(
  base: Float32Array,
  queries: Float32Array,
  dim: number,
  k: number,
): Promise<Neighbors> {
  const numBase = base.length / dim;
  const numQueries = queries.length / dim;
  if (!Number.isInteger(numBase) || !Number.isInteger(numQueries)) {
    throw new TypeError(
      `${base.length} base and ${queries.length} query values are not whole rows of ${dim}: check dim`,
    );
  }
  if (!(Number.isInteger(k) && k >= 1 && k <= numBase)) {
    throw new RangeError(`Cannot find ${k} neighbours among ${numBase} rows: choose k in 1…${numBase}`);
  }
  const indices = new Int32Array(numQueries * k);
  const cosines = new Float32Array(numQueries * k).fill(-Infinity);
  const unitQueries = unitRows(queries, dim);
  for (let firstBase = 0; firstBase < numBase; firstBase += BASE_ROWS) {
    const endBase = Math.min(firstBase + BASE_ROWS, numBase);
    const unitBase = unitRows(base.subarray(firstBase * dim, endBase * dim), dim);
    const baseBlock = tf.tensor2d(unitBase, [endBase - firstBase, dim]);
    for (let firstQuery = 0; firstQuery < numQueries; firstQuery += QUERY_ROWS) {
      const endQuery = Math.min(firstQuery + QUERY_ROWS, numQueries);
      const block = tf.tidy(() => {
        const rows = unitQueries.subarray(firstQuery * dim, endQuery * dim);
        return tf.matMul(tf.tensor2d(rows, [endQuery - firstQuery, dim]), baseBlock, false, true);
      });
      const similarities = await block.data() as Float32Array; // [queries, base] of this block
      const width = endBase - firstBase;
      for (let query = firstQuery; query < endQuery; query++) {
        const start = (query - firstQuery) * width;
        keepHighest(
          similarities.subarray(start, start + width),
          firstBase,
          cosines.subarray(query * k, (query + 1) * k),
          indices.subarray(query * k, (query + 1) * k),
        );
      }
      block.dispose(); // not before: a device may lend its own buffer as the data
    }
    baseBlock.dispose();
  }
  return { indices, cosines };
}

/** Sorts a block of candidates into the descending best; ones that come first stay before their equals. */
function keepHighest(
  candidates: Float32Array,
  firstIndex: number,
  best: Float32Array,
  bestIndices: Int32Array,
): void {
  const last = best.length - 1;
  let threshold = best[last]!;
  for (let i = 0; i < candidates.length; i++) {
    const candidate = candidates[i]!;
    if (!(candidate > threshold)) continue;
    let place = last;
    for (; place > 0 && candidate > best[place - 1]!; place--) {
      best[place] = best[place - 1]!;
      bestIndices[place] = bestIndices[place - 1]!;
    }
    best[place] = candidate;
    bestIndices[place] = firstIndex + i;
    threshold = best[last]!;
  }
}

/** Rows x / max(|x|, 1e-12), so that their products are cosines. */
function unitRows(values: Float32Array, dim: number): Float32Array {
  const unit = new Float32Array(values.length);
  for (let start = 0; start < values.length; start += dim) {
    let squares = 0;
    for (let i = start; i < start + dim; i++) squares += values[i]! * values[i]!;
    const scale = 1 / Math.max(Math.sqrt(squares), 1e-12);
    for (let i = start; i < start + dim; i++) unit[i] = values[i]! * scale;
  }
  return unit;
}
