/**
 * Row of the table for each query and key, [1 + N, 1 + N] flat, class token first.
 *
 * Patches a and b have (Δrow + h − 1)(2w − 1) + (Δcolumn + w − 1) with Δ = a − b; of the last three rows of the table the first is of the class
 * token to a patch, the second of a patch to the class token, the third of the class token to itself.
 * @param gridHeight h.
 * @param gridWidth w.
 */
export function relativePositionIndex(gridHeight: number, gridWidth: number): Int32Array {
  const numTokens = 1 + gridHeight * gridWidth;
  const special = (2 * gridHeight - 1) * (2 * gridWidth - 1);
  const index = new Int32Array(numTokens ** 2);
  for (let query = 0; query < numTokens; query++) {
    for (let key = 0; key < numTokens; key++) {
      const [a, b] = [query - 1, key - 1];
      const rows = Math.floor(a / gridWidth) - Math.floor(b / gridWidth);
      const columns = a % gridWidth - b % gridWidth;
      index[query * numTokens + key] = query === 0 && key === 0
        ? special + 2
        : query === 0
        ? special
        : key === 0
        ? special + 1
        : (rows + gridHeight - 1) * (2 * gridWidth - 1) + columns + gridWidth - 1;
    }
  }
  return index;
}
