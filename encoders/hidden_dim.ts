/**
 * H, the width of an MLP's hidden layer: `mlpRatio` · D, a whole number where the ratio is one of float64 next to H / D, such as 1856 / 448.
 * @param dim D.
 * @param mlpRatio H in multiples of D, above 0.
 * @throws {RangeError} If the product is no whole number of at least 1.
 */
export function hiddenDim(dim: number, mlpRatio: number): number {
  const width = Math.round(mlpRatio * dim);
  const rounding = 2 * Number.EPSILON * width; // of the quotient and of the product: half of epsilon each
  if (!(width >= 1 && Math.abs(mlpRatio * dim - width) <= rounding)) {
    throw new RangeError(
      `Cannot build an MLP ${mlpRatio} times as wide as ${dim}: choose a ratio that gives a whole number`,
    );
  }
  return width;
}
