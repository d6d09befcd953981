/** Steps that a probe's linear layer takes to converge, or nearly so: 60,000 rows of 64 numbers did after 290 to 580. */
const LEAST_STEPS = 500;

/** How long a probe is trained. */
type Length = { readonly epochs: number; readonly warmupEpochs: number; readonly batchSize: number };

/**
 * A probe's options in the place of its defaults; where they say nothing of its length, epochs and those of its warm-up are as many times more as
 * make 500 steps where a pass over few rows is few of them.
 * @param numRows That it learns from, ≥ 1.
 */
export function withEnoughEpochs<Options extends Length>(
  defaults: Options,
  numRows: number,
  options: Partial<Options> = {},
): Options {
  const chosen = { ...defaults, ...options };
  if (options.epochs !== undefined || options.warmupEpochs !== undefined) return chosen;
  const stepsPerEpoch = Math.floor(numRows / Math.min(chosen.batchSize, numRows));
  const epochs = Math.max(chosen.epochs, Math.ceil(LEAST_STEPS / stepsPerEpoch));
  return { ...chosen, epochs, warmupEpochs: chosen.warmupEpochs * epochs / chosen.epochs };
}
