/**
 * Lower triangle L [n, n] with L Lᵀ = A, in place of A's; what stands above the diagonal is left.
 * @param matrix [n, n] symmetric and positive definite, row-major; only the lower triangle is read.
 * @throws {RangeError} If it is not positive definite.
 */
export function cholesky(matrix: Float64Array, n: number): Float64Array {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      if (j < i) matrix[i * n + j] = sum / matrix[j * n + j]!;
      else if (sum > 0) matrix[i * n + i] = Math.sqrt(sum);
      else {throw new RangeError(
          `A matrix [${n}, ${n}] is not positive definite at row ${i}: add to its diagonal`,
        );}
    }
  }
  return matrix;
}

/** X [n, k] with L X = B, in place of B [n, k], row-major. */
export function solveLower(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  const k = b.length / n;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const factor = lower[i * n + j]!;
      for (let c = 0; c < k; c++) b[i * k + c]! -= factor * b[j * k + c]!;
    }
    for (let c = 0; c < k; c++) b[i * k + c]! /= lower[i * n + i]!;
  }
  return b;
}

/** X [n, k] with Lᵀ X = B, in place of B [n, k], row-major. */
export function solveUpper(lower: Float64Array, n: number, b: Float64Array): Float64Array {
  const k = b.length / n;
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) {
      const factor = lower[j * n + i]!;
      for (let c = 0; c < k; c++) b[i * k + c]! -= factor * b[j * k + c]!;
    }
    for (let c = 0; c < k; c++) b[i * k + c]! /= lower[i * n + i]!;
  }
  return b;
}
