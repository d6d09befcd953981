/** A mean and how sure it is. */
export type Interval = {
  readonly mean: number;
  /** Deviation of the values, n − 1 in the denominator. */
  readonly deviation: number;
  /** Half the width of the 95 % confidence interval. */
  readonly margin: number;
};

/**
 * The mean of independent values with its 95 % confidence interval, by Student's t.
 * @returns Nothing for fewer than 2 values.
 */
export function studentInterval(values: readonly number[]): Interval | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  return { mean, deviation, margin: studentQuantile(n - 1) * deviation / Math.sqrt(n) };
}

/**
 * The t that Student's distribution stays within, either way, with probability 0.95. With t = √ν · tan θ, the density is proportional to
 * cos^(ν − 1) θ, which is summed over small steps.
 * @param freedom Degrees of freedom ν, at least 1.
 */
export function studentQuantile(freedom: number): number {
  const numSteps = 50_000, width = Math.PI / 2 / numSteps;
  const density = (i: number) => Math.cos((i + 0.5) * width) ** (freedom - 1);
  let total = 0;
  for (let i = 0; i < numSteps; i++) total += density(i);
  let step = 0;
  for (let sum = 0; sum < 0.95 * total; step++) sum += density(step);
  return Math.sqrt(freedom) * Math.tan(step * width);
}
