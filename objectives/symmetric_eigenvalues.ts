/**
 * Eigenvalues [n] of a symmetric matrix, in no particular order: Householder reduction to tridiagonal form,
 * then implicit QL (Golub and Van Loan, "Matrix Computations", §8.3). Takes 4n³/3 flops, about 5 ms for
 * n = 256.
 * @param matrix [n, n], row-major; only the lower triangle is read, and it is overwritten.
 * @throws {RangeError} If the matrix holds a number that is not finite.
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  if (!matrix.every(Number.isFinite)) {
    throw new RangeError(
      `Cannot take eigenvalues of a ${n}×${n} matrix with NaN or infinity: check its source`,
    );
  }
  const largest = matrix.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  if (largest === 0) return new Float64Array(n);
  for (let i = 0; i < matrix.length; i++) matrix[i]! /= largest; // squares neither overflow nor vanish
  const { diagonal, below } = tridiagonalize(matrix, n);
  iterateQl(diagonal, below);
  return diagonal.map((x) => x * largest);
}

/**
 * Diagonal [n] and sub-diagonal [n] (its last element 0) of a tridiagonal matrix with the same eigenvalues.
 */
function tridiagonalize(a: Float64Array, n: number): { diagonal: Float64Array; below: Float64Array } {
  const diagonal = new Float64Array(n), below = new Float64Array(n);
  const q = new Float64Array(n);
  for (let i = n - 1; i >= 1; i--) { // row i loses all but its last element left of the diagonal
    const v = a.subarray(i * n, i * n + i); // [i], becomes the Householder vector
    const pivot = v[i - 1]!;
    let norm2 = 0;
    for (let k = 0; k < i; k++) norm2 += v[k]! * v[k]!;
    if (norm2 < 1e-40) continue; // next to the largest element, 1, this row is 0: rounding moves more
    const alpha = pivot > 0 ? -Math.sqrt(norm2) : Math.sqrt(norm2);
    below[i - 1] = alpha;
    const h = norm2 - alpha * pivot; // |v|²/2 after the change of its last element
    v[i - 1] = pivot - alpha;
    multiplyLower(a, n, v, q); // q = A v
    let vq = 0;
    for (let k = 0; k < i; k++) {
      q[k]! /= h;
      vq += v[k]! * q[k]!;
    }
    const shift = vq / (2 * h);
    for (let k = 0; k < i; k++) q[k]! -= shift * v[k]!;
    for (let j = 0; j < i; j++) { // A ← A − v qᵀ − q vᵀ
      const vj = v[j]!, qj = q[j]!, row = j * n;
      for (let k = 0; k <= j; k++) a[row + k]! -= vj * q[k]! + qj * v[k]!;
    }
  }
  for (let i = 0; i < n; i++) diagonal[i] = a[i * n + i]!;
  return { diagonal, below };
}

/**
 * out = A v, with A the leading v.length rows and columns, from the lower triangle alone in one pass over it.
 */
function multiplyLower(a: Float64Array, n: number, v: Float64Array, out: Float64Array): void {
  for (let j = 0; j < v.length; j++) {
    const vj = v[j]!, row = j * n;
    let dot = a[row + j]! * vj;
    for (let k = 0; k < j; k++) {
      const ajk = a[row + k]!;
      dot += ajk * v[k]!;
      out[k]! += ajk * vj;
    }
    out[j] = dot;
  }
}

/** Turns the diagonal into the eigenvalues by QL steps with Wilkinson's shift; each needs two or three. */
function iterateQl(d: Float64Array, e: Float64Array): void {
  const n = d.length;
  for (let first = 0; first < n; first++) {
    while (true) {
      let last = first; // first … last is a block that no zero below the diagonal splits
      while (
        last < n - 1 && Math.abs(e[last]!) > Number.EPSILON * (Math.abs(d[last]!) + Math.abs(d[last + 1]!))
      ) {
        last++;
      }
      if (last === first) break;
      const ratio = (d[first + 1]! - d[first]!) / (2 * e[first]!);
      const root = Math.hypot(ratio, 1);
      let g = d[last]! - d[first]! + e[first]! / (ratio + (ratio < 0 ? -root : root));
      let sine = 1, cosine = 1, carried = 0;
      let i = last - 1;
      for (; i >= first; i--) { // chase the bulge upwards by plane rotations
        const f = sine * e[i]!, b = cosine * e[i]!;
        const r = Math.hypot(f, g);
        e[i + 1] = r;
        if (r === 0) break; // the block fell apart on the way
        sine = f / r;
        cosine = g / r;
        g = d[i + 1]! - carried;
        const t = (d[i]! - g) * sine + 2 * cosine * b;
        carried = sine * t;
        d[i + 1] = g + carried;
        g = cosine * t - b;
      }
      if (i >= first) {
        d[i + 1]! -= carried;
        e[last] = 0;
        continue;
      }
      d[first]! -= carried;
      e[first] = g;
      e[last] = 0;
    }
  }
}
