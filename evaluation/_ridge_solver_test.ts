import { normals, stream } from "@lacuna/random";
import { useDevice } from "@lacuna/tensor";
import assert from "node:assert/strict";
import { ridgeSolver } from "./_ridge_solver.ts";

await useDevice("wasm"); // whose products are float32's

const near = (found: Float32Array, expected: ArrayLike<number>, tolerance: number) =>
  Array.from(expected).forEach((weight, i) =>
    assert.ok(Math.abs(found[i]! - weight) < tolerance, `${i}: ${found[i]} instead of ${weight}`)
  );

Deno.test("ridgeSolver() of four rows by hand", async () => {
  // columns −1 −1 1 1 and −2 2 −2 2 standardise to ±1, at right angles: XᵀX / n = I, so W = XᵀY / n / (1 + λ)
  const values = Float32Array.of(-1, -2, -1, 2, 1, -2, 1, 2), labels = Int32Array.of(0, 0, 0, 1);
  const solver = await ridgeSolver({ values, dim: 2, labels }, 2);
  near(solver.solve(1), [-1 / 8, 1 / 8, -1 / 8, 1 / 8, 3 / 4, 1 / 4], 1e-7); // a class's share is its bias
  near(solver.solve(0.25), [-1 / 5, 1 / 5, -1 / 5, 1 / 5, 3 / 4, 1 / 4], 1e-7);
  solver.dispose();
});

Deno.test("ridgeSolver()'s weights leave a residual at right angles to every column but for λW, factorised and iterated", async () => {
  const sizes = [
    [60, 5, 0.1, 1e-6],
    [200, 600, 1e-5, 1e-5], // fewer rows than columns, of one sign nearly: in float32 the matrix has no inverse
    [160_000, 80, 0.1, 1e-6], // in float32, chunk by chunk
    [12, 2001, 0.1, 2e-3], // conjugate gradients stop at 1e-3
  ] as const;
  for (const [numRows, dim, lambda, tolerance] of sizes) {
    const values = normals(numRows * dim, stream({ seed: 0, name: "rows" })).map((z, at) =>
      3 * z + at % dim % 5 + (dim === 600 ? 100 * Math.floor(at / dim) : 0)
    );
    const labels = Int32Array.from({ length: numRows }, (_, row) => row % 3);
    const solver = await ridgeSolver({ values, dim, labels }, 3);
    const found = solver.solve(lambda);
    solver.dispose();
    const columns = Array.from({ length: dim }, (_, d) => { // in float64, by the definition
      const column = Array.from({ length: numRows }, (_, row) => values[row * dim + d]!);
      const mean = column.reduce((sum, x) => sum + x) / numRows;
      const deviation = Math.sqrt(column.reduce((sum, x) => sum + (x - mean) ** 2, 0) / numRows);
      return column.map((x) => (x - mean) / deviation);
    });
    columns.push(Array(numRows).fill(1));
    for (let k = 0; k < 3; k++) {
      const residual = Array.from(
        labels,
        (label, row) =>
          columns.reduce((sum, column, d) => sum - column[row]! * found[3 * d + k]!, Number(label === k)),
      );
      columns.forEach((column, d) => {
        const slope = column.reduce((sum, x, row) => sum + x * residual[row]!, 0) / numRows;
        const weight = d < dim ? lambda * found[3 * d + k]! : 0;
        assert.ok(
          Math.abs(slope - weight) < tolerance,
          `${numRows}×${dim}, column ${d}: ${slope} is not ${weight}`,
        );
      });
    }
  }
});
