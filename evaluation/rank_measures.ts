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
  const { moments, mean } = secondMoments(values, dim);
  const centred = moments.map((m, at) => m - mean[Math.floor(at / dim)]! * mean[at % dim]!);
  const raw = [...symmetricEigenvalues(moments, dim)].map((x) => Math.max(x, 0));
  const variances = [...symmetricEigenvalues(centred, dim)].map((x) => Math.max(x, 0)).sort((a, b) => b - a);
  return {
    rankMe: entropyRank(raw.map(Math.sqrt)),
    effectiveRank: entropyRank(variances.map(Math.sqrt)),
    alpha: powerLaw(variances.filter((variance) => variance > 1e-6 * variances[0]!)),
  };
}

/** XᵀX / n [D, D] and the columns' means [D]. */
function secondMoments(values: Float32Array, dim: number): { moments: Float64Array; mean: Float64Array } {
  const numRows = values.length / dim;
  const moments = new Float64Array(dim ** 2), mean = new Float64Array(dim);
  for (let start = 0; start < values.length; start += dim) {
    for (let i = 0; i < dim; i++) {
      const x = values[start + i]!;
      mean[i]! += x / numRows;
      for (let j = 0; j <= i; j++) moments[i * dim + j]! += x * values[start + j]! / numRows;
    }
  }
  for (let i = 0; i < dim; i++) for (let j = 0; j < i; j++) moments[j * dim + i] = moments[i * dim + j]!;
  return { moments, mean };
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
