/** Steps that a probe's linear layer takes to converge, or nearly so: 60,000 rows of 64 numbers did after 290 to 580. */
const LEAST_STEPS = 500;

/**
 * A probe's epochs and those of its warm-up, so many times more that it takes 500 steps where a pass over few rows is few of them.
 * @param numRows That it learns from.
 */
export function enoughEpochs(
  { epochs, warmupEpochs, batchSize }: { epochs: number; warmupEpochs: number; batchSize: number },
  numRows: number,
): { epochs: number; warmupEpochs: number } {
  const numSteps = epochs * Math.floor(numRows / Math.min(batchSize, numRows));
  const factor = Math.max(1, Math.ceil(LEAST_STEPS / numSteps));
  return { epochs: factor * epochs, warmupEpochs: factor * warmupEpochs };
}
