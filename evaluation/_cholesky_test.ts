import assert from "node:assert/strict";
import { normals, stream } from "@lacuna/random";
import { cholesky, solveLower, solveUpper } from "./_cholesky.ts";

Deno.test("cholesky(), solveLower() and solveUpper() solve A X = B", () => {
  for (const n of [1, 2, 7, 30]) {
    const m = Float64Array.from(normals(n * n, stream({ seed: 0, name: `m${n}` })));
    const a = Float64Array.from({ length: n * n }, (_, at) => {
      const [i, j] = [Math.floor(at / n), at % n];
      let sum = i === j ? 0.1 : 0;
      for (let k = 0; k < n; k++) sum += m[i * n + k]! * m[j * n + k]!;
      return sum;
    });
    const b = Float64Array.from(normals(2 * n, stream({ seed: 0, name: `b${n}` })));
    const lower = cholesky(a.slice(), n);
    const x = solveUpper(lower, n, solveLower(lower, n, b.slice()));
    for (let i = 0; i < n; i++) {
      for (const c of [0, 1]) {
        let sum = 0;
        for (let k = 0; k < n; k++) sum += a[i * n + k]! * x[k * 2 + c]!;
        assert.ok(Math.abs(sum - b[i * 2 + c]!) < 1e-8);
      }
    }
  }
});

Deno.test("cholesky() refuses a matrix that is not positive definite", () => {
  assert.throws(() => cholesky(Float64Array.of(1, 0, 2, 1), 2), RangeError);
});
