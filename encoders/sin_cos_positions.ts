/** Which coordinate of a patch the first half of its position tells: the other half tells the other. */
export type FirstCoordinate = "column" | "row";

/**
 * Fixed 2-D sine-cosine positions of a grid (MoCo v3, arXiv:2104.02057; ExtreMA, arXiv:2206.04667). The
 * first D/2 numbers of a row tell the column w, the last D/2 the row h, each as [sin(p·ω₀), …, cos(p·ω₀), …]
 * with ω_i = 10000^(−i / (D/4)): sines before cosines, not interleaved.
 * @param gridHeight Rows of the grid.
 * @param gridWidth Columns of the grid.
 * @param dim D, a multiple of 4.
 * @param first "column" as above, with MAE's code and ExtreMA's, if left out; "row" with BootMAE's, where the halves are swapped.
 * @returns [N, D] flat, N = gridHeight · gridWidth with the column running fastest; rounded from float64.
 * @throws {RangeError} If `dim` is not a multiple of 4.
 */
export function sinCosPositions(
  gridHeight: number,
  gridWidth: number,
  dim: number,
  first: FirstCoordinate = "column",
): Float32Array {
  if (dim % 4 !== 0) {
    throw new RangeError(
      `Cannot fit sines and cosines of two coordinates into width ${dim}: choose a multiple of 4, such as ${
        Math.max(4, 4 * Math.round(dim / 4))
      }`,
    );
  }
  const quarter = dim / 4;
  const table = new Float32Array(gridHeight * gridWidth * dim);
  for (let h = 0; h < gridHeight; h++) {
    for (let w = 0; w < gridWidth; w++) {
      const row = table.subarray((h * gridWidth + w) * dim);
      const [a, b] = first === "column" ? [w, h] : [h, w];
      for (let i = 0; i < quarter; i++) {
        const omega = 10000 ** (-i / quarter);
        row[i] = Math.sin(a * omega);
        row[quarter + i] = Math.cos(a * omega);
        row[2 * quarter + i] = Math.sin(b * omega);
        row[3 * quarter + i] = Math.cos(b * omega);
      }
    }
  }
  return table;
}
