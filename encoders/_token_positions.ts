import { type FirstCoordinate, sinCosPositions } from "./sin_cos_positions.ts";

/** Fixed positions of a class token, which has zeros, and of the patches after it: [1 + N, D] flat, as `sinCosPositions()`. */
export function tokenPositions(
  gridHeight: number,
  gridWidth: number,
  dim: number,
  first?: FirstCoordinate,
): Float32Array {
  const patches = sinCosPositions(gridHeight, gridWidth, dim, first);
  const positions = new Float32Array(dim + patches.length);
  positions.set(patches, dim);
  return positions;
}
