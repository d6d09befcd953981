/** Steps that a probe's linear layer takes to converge, or nearly so: 60,000 rows of 64 numbers did after 290 to 580. */
const LEAST_STEPS = 500;

/**
 * A probe's epochs and those of its warm-up, as many times more as make 500 steps where a pass over few rows is few of them.
 * @param numRows That it learns from.
 */
export function enoughEpochs(
  { epochs, warmupEpochs, batchSize }: { epochs: number; warmupEpochs: number; batchSize: number },
  numRows: number,
): { epochs: number; warmupEpochs: number } {
  const stepsPerEpoch = Math.floor(numRows / Math.min(batchSize, numRows));
  const enough = Math.max(epochs, Math.ceil(LEAST_STEPS / stepsPerEpoch));
  return { epochs: enough, warmupEpochs: warmupEpochs * enough / epochs };
}
