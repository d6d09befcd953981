import type { Features } from "./features.ts";

/** Mean and scale of each column. */
export type Standard = {
  /** [D]. */
  readonly mean: Float64Array;
  /** [D], 1 / standard deviation; 0 for a column that never changes. */
  readonly scale: Float64Array;
};

/** What makes the columns of some rows have mean 0 and variance 1. */
export function standardOf({ values, dim }: Pick<Features, "values" | "dim">): Standard {
  const numRows = values.length / dim;
  const mean = new Float64Array(dim), scale = new Float64Array(dim);
  for (let start = 0; start < values.length; start += dim) {
    for (let d = 0; d < dim; d++) mean[d]! += values[start + d]!;
  }
  for (let d = 0; d < dim; d++) mean[d]! /= numRows;
  for (let start = 0; start < values.length; start += dim) {
    for (let d = 0; d < dim; d++) scale[d]! += (values[start + d]! - mean[d]!) ** 2;
  }
  for (let d = 0; d < dim; d++) {
    const deviation = Math.sqrt(scale[d]! / numRows);
    scale[d] = deviation > 1e-7 * Math.abs(mean[d]!) && deviation > 0 ? 1 / deviation : 0; // else rounding is all there is
  }
  return { mean, scale };
}

/** Rows [n, D + 1], standardised, with a last column of ones for the bias. */
export function designMatrix(
  { values, dim }: Pick<Features, "values" | "dim">,
  { mean, scale }: Standard,
): Float32Array {
  const numRows = values.length / dim;
  const rows = new Float32Array(numRows * (dim + 1));
  for (let row = 0; row < numRows; row++) {
    for (let d = 0; d < dim; d++) rows[row * (dim + 1) + d] = (values[row * dim + d]! - mean[d]!) * scale[d]!;
    rows[row * (dim + 1) + dim] = 1;
  }
  return rows;
}
