import assert from "node:assert/strict";
import fc from "fast-check";
import { symmetricEigenvalues } from "./symmetric_eigenvalues.ts";

/** Eigenvalues in ascending order of the matrix with these rows. */
function eigenvaluesOf(rows: number[][]): number[] {
  return [...symmetricEigenvalues(Float64Array.from(rows.flat()), rows.length)].sort((a, b) => a - b);
}

function assertClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((x, i) => assert.ok(Math.abs(x - expected[i]!) <= tolerance, `${x} is not ${expected[i]}`));
}

Deno.test("symmetricEigenvalues() of small matrices", () => {
  assertClose(eigenvaluesOf([[5]]), [5], 0);
  assertClose(eigenvaluesOf([[2, 1], [1, 2]]), [1, 3], 1e-15);
  assertClose(eigenvaluesOf([[0, 0, 0], [0, 0, 0], [0, 0, 0]]), [0, 0, 0], 0);
  assertClose(eigenvaluesOf([[3, 0, 0], [0, 1, 0], [0, 0, 2]]), [1, 2, 3], 0);
});

Deno.test("symmetricEigenvalues() of numbers whose squares underflow or overflow", () => {
  assertClose(eigenvaluesOf([[0, 0, 1e-162], [0, 0, 0], [1e-162, 0, 0]]), [-1e-162, 0, 1e-162], 1e-176);
  assertClose(eigenvaluesOf([[0, 0, 1e200], [0, 0, 0], [1e200, 0, 0]]), [-1e200, 0, 1e200], 1e186);
  assertClose(eigenvaluesOf([[1, 1e-162, 0], [1e-162, 0, 1e-170], [0, 1e-170, 0]]), [0, 0, 1], 1e-15);
});

Deno.test("symmetricEigenvalues() of the second difference are 2 − 2 cos(π k / (n + 1))", () => {
  for (const n of [2, 7, 64]) {
    const rows = Array.from(
      { length: n },
      (_, i) => Array.from({ length: n }, (_, j) => [2, -1][Math.abs(i - j)] ?? 0),
    );
    assertClose(
      eigenvaluesOf(rows),
      rows.map((_, k) => 2 - 2 * Math.cos(Math.PI * (k + 1) / (n + 1))),
      1e-13,
    );
  }
});

Deno.test("symmetricEigenvalues() of a full matrix: all ones have n and zeros", () => {
  assertClose(
    eigenvaluesOf(Array.from({ length: 40 }, () => Array(40).fill(1))),
    [...Array(39).fill(0), 40],
    1e-12,
  );
});

Deno.test("symmetricEigenvalues() keep the trace and the sum of squares, and survive a reflection", () => {
  const entry = fc.double({ min: -10, max: 10, noNaN: true });
  const anyRows = fc.integer({ min: 1, max: 8 }).chain((n) =>
    fc.record({
      entries: fc.array(entry, { minLength: n * n, maxLength: n * n }),
      normal: fc.array(fc.double({ min: 0.1, max: 1, noNaN: true }), { minLength: n, maxLength: n }),
    })
  );
  fc.assert(fc.property(anyRows, ({ entries, normal }) => {
    const n = normal.length;
    const rows = normal.map((_, i) => normal.map((_, j) => entries[Math.max(i, j) * n + Math.min(i, j)]!));
    const values = eigenvaluesOf(rows);
    const sum = (numbers: number[]) => numbers.reduce((total, x) => total + x, 0);
    assert.ok(Math.abs(sum(values) - sum(rows.map((row, i) => row[i]!))) < 1e-10);
    assert.ok(Math.abs(sum(values.map((x) => x * x)) - sum(rows.flat().map((x) => x * x))) < 1e-9);
    const square = sum(normal.map((x) => x * x)); // H = 1 − 2 v vᵀ / |v|²
    const reflect = (i: number, j: number) => (i === j ? 1 : 0) - 2 * normal[i]! * normal[j]! / square;
    const half = rows.map((row) => row.map((_, j) => sum(row.map((x, k) => x * reflect(k, j)))));
    const turned = rows.map((row, i) =>
      row.map((_, j) => sum(half.map((other, k) => reflect(i, k) * other[j]!)))
    );
    assertClose(eigenvaluesOf(turned), values, 1e-10);
  }));
});

Deno.test("symmetricEigenvalues() refuses what is not finite instead of searching forever", () => {
  assert.throws(() => eigenvaluesOf([[1, NaN], [NaN, 1]]), { name: "RangeError", message: /2×2/ });
});
