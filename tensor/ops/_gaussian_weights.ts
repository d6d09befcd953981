/**
 * A Gaussian kernel from its centre outwards [radius + 1]; with the other half they add up to 1. Weights beyond five deviations, of less
 * than 10⁻⁶ together, are left out.
 */
export function gaussianWeights(sigma: number, kernelSize: number): number[] {
  const radius = Math.min((kernelSize - 1) / 2, Math.ceil(5 * sigma));
  const weights = Array.from({ length: radius + 1 }, (_, x) => Math.exp(-0.5 * (x / sigma) ** 2));
  const sum = 2 * weights.reduce((sum, weight) => sum + weight) - weights[0]!;
  return weights.map((weight) => weight / sum);
}
