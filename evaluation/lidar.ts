import { symmetricEigenvalues } from "@lacuna/objectives";
import { cholesky, solveLower } from "./_cholesky.ts";

/**
 * How many directions tell images apart more than their own views do: exp of the entropy of the eigenvalues' shares of Σ_w^−½ Σ_b Σ_w^−½, with Σ_b the
 * covariance of the images' means and Σ_w that of views within an image plus δI (LiDAR, arXiv:2312.04000, §4).
 * @param views [n · q, D], q views of each of n images one after the other.
 * @param dim D.
 * @param numViews q ≥ 2; the paper has 50 of 1,000 images.
 * @param delta δ > 0.
 * @returns In [1, min(n − 1, D)].
 * @throws {RangeError} If there are fewer than 2 images or views, or the rows do not divide.
 */
export function lidar(views: Float32Array, dim: number, numViews: number, delta = 1e-4): number {
  const numImages = views.length / (dim * numViews);
  if (!(Number.isInteger(numImages) && numImages >= 2 && numViews >= 2 && delta > 0)) {
    throw new RangeError(
      `LiDAR of ${views.length} numbers as ${numViews} views of width ${dim} with a delta of ${delta}: ` +
        `give at least 2 views of at least 2 images, and a delta above 0`,
    );
  }
  const means = new Float64Array(numImages * dim), mean = new Float64Array(dim);
  for (let row = 0; row < numImages * numViews; row++) {
    const image = Math.floor(row / numViews);
    for (let d = 0; d < dim; d++) means[image * dim + d]! += views[row * dim + d]! / numViews;
  }
  for (let at = 0; at < means.length; at++) mean[at % dim]! += means[at]! / numImages;
  const between = covariance(numImages, dim, (row, d) => means[row * dim + d]! - mean[d]!);
  const within = covariance(
    numImages * numViews,
    dim,
    (row, d) => views[row * dim + d]! - means[Math.floor(row / numViews) * dim + d]!,
  );
  for (let d = 0; d < dim; d++) within[d * dim + d]! += delta;
  // Σ_w = L Lᵀ: L⁻¹ Σ_b L⁻ᵀ has the same eigenvalues
  const lower = cholesky(within, dim);
  const half = solveLower(lower, dim, between); // L⁻¹ Σ_b
  const turned = solveLower(lower, dim, transposed(half, dim));
  const eigenvalues = [...symmetricEigenvalues(turned, dim)].map((x) => Math.max(x, 0));
  const total = eigenvalues.reduce((sum, x) => sum + x, 0);
  return Math.exp(eigenvalues.reduce((sum, x) => x > 0 ? sum - x / total * Math.log(x / total) : sum, 0));
}

function covariance(numRows: number, dim: number, at: (row: number, d: number) => number): Float64Array {
  const sums = new Float64Array(dim ** 2);
  const row = new Float64Array(dim);
  for (let r = 0; r < numRows; r++) {
    for (let d = 0; d < dim; d++) row[d] = at(r, d);
    for (let i = 0; i < dim; i++) {
      const x = row[i]! / numRows;
      for (let j = 0; j <= i; j++) sums[i * dim + j]! += x * row[j]!;
    }
  }
  for (let i = 0; i < dim; i++) for (let j = 0; j < i; j++) sums[j * dim + i] = sums[i * dim + j]!;
  return sums;
}

function transposed(matrix: Float64Array, n: number): Float64Array {
  return matrix.map((_, at) => matrix[at % n * n + Math.floor(at / n)]!);
}
