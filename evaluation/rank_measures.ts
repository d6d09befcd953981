/**
 * Measures of how many directions features use, from the features alone.
 * @module
 */
import { symmetricEigenvalues } from "@lacuna/objectives";
import type { Features } from "./features.ts";

/** How many directions features use. */
export type RankMeasures = {
  /** exp of the entropy of the singular values' shares, not centred (RankMe, arXiv:2210.02885, eq. 1); in [1, min(n, D)]. */
  readonly rankMe: number;
  /** The same of the centred features (effective rank; Roy and Vetterli, EUSIPCO 2007, eq. 2). */
  readonly effectiveRank: number;
  /**
   * α of the power law i^−α that the centred variances follow (α-ReQ, arXiv:2202.05808): by least squares of logarithms over the variances above
   * 1e-6 of the first. Features near 1 did best there; NaN with fewer than 3 of them.
   */
  readonly alpha: number;
};

/**
 * How many directions features use; labels are not looked at.
 * @param features At least 2 rows.
 * @throws {RangeError} If there are fewer than 2 rows or a number that is not finite.
 */
export function rankMeasures({ values, dim }: Pick<Features, "values" | "dim">): RankMeasures {
  const numRows = values.length / dim;
  if (!(Number.isInteger(numRows) && numRows >= 2)) {
    throw new RangeError(`Cannot measure the rank of ${numRows} rows of ${dim} numbers: give at least 2`);
  }
  const { raw, centred } = eigenvalues(values, dim);
  const variances = centred.toSorted((a, b) => b - a);
  return {
    rankMe: entropyRank(raw.map(Math.sqrt)),
    effectiveRank: entropyRank(variances.map(Math.sqrt)),
    alpha: powerLaw(variances.filter((variance) => variance > 1e-6 * variances[0]!)),
  };
}

/** Squares of the singular values of X / √n, as it is and with its columns' means taken away, from the smaller of XᵀX and XXᵀ; none below 0. */
function eigenvalues(values: Float32Array, dim: number): { raw: number[]; centred: number[] } {
  const numRows = values.length / dim;
  const { products, size, centre } = dim <= numRows ? ofColumns(values, dim) : ofRows(values, dim);
  const of = (matrix: Float64Array) =>
    Array.from(symmetricEigenvalues(matrix, size), (x) => Math.max(x, 0) / numRows);
  const centred = products.map((x, at) => x - centre(Math.floor(at / size), at % size));
  return { raw: of(products), centred: of(centred) };
}

/** Lower triangle of a symmetric matrix, and what centring takes away from each of its elements. */
type Products = {
  readonly products: Float64Array;
  readonly size: number;
  readonly centre: (i: number, j: number) => number;
};

/** XᵀX [D, D]. */
function ofColumns(values: Float32Array, dim: number): Products {
  const numRows = values.length / dim;
  const products = new Float64Array(dim ** 2), mean = new Float64Array(dim);
  for (let start = 0; start < values.length; start += dim) {
    for (let i = 0; i < dim; i++) {
      const x = values[start + i]!;
      mean[i]! += x / numRows;
      for (let j = 0; j <= i; j++) products[i * dim + j]! += x * values[start + j]!;
    }
  }
  return { products, size: dim, centre: (i, j) => numRows * mean[i]! * mean[j]! };
}

/** XXᵀ [n, n]. */
function ofRows(values: Float32Array, dim: number): Products {
  const numRows = values.length / dim;
  const products = new Float64Array(numRows ** 2), mean = new Float64Array(numRows); // of each row of XXᵀ
  for (let i = 0; i < numRows; i += 2) { // two rows at once, which halves the reads
    const second = Math.min(i + 1, numRows - 1);
    for (let j = 0; j <= second; j++) {
      let first = 0, next = 0;
      for (let d = 0; d < dim; d++) {
        const x = values[j * dim + d]!;
        first += values[i * dim + d]! * x;
        next += values[second * dim + d]! * x;
      }
      products[i * numRows + j] = first;
      products[second * numRows + j] = next;
    }
  }
  for (let i = 0; i < numRows; i++) {
    for (let j = 0; j <= i; j++) {
      mean[i]! += products[i * numRows + j]! / numRows;
      if (j < i) mean[j]! += products[i * numRows + j]! / numRows;
    }
  }
  const all = mean.reduce((sum, x) => sum + x, 0) / numRows;
  return { products, size: numRows, centre: (i, j) => mean[i]! + mean[j]! - all };
}

/** exp of the entropy of shares; 1 if all are 0. */
function entropyRank(shares: readonly number[]): number {
  const total = shares.reduce((sum, x) => sum + x, 0);
  const entropy = shares.reduce((sum, x) => x > 0 ? sum - x / total * Math.log(x / total) : sum, 0);
  return Math.exp(entropy);
}

/** α of i^−α through values that fall, i from 1. */
function powerLaw(values: readonly number[]): number {
  if (values.length < 3) return NaN;
  const xs = values.map((_, i) => Math.log(i + 1)), ys = values.map(Math.log);
  const mean = (of: readonly number[]) => of.reduce((sum, x) => sum + x, 0) / of.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const covariance = xs.reduce((sum, x, i) => sum + (x - mx) * (ys[i]! - my), 0);
  return -covariance / xs.reduce((sum, x) => sum + (x - mx) ** 2, 0);
}
