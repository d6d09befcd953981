import { checkSplits } from "./_check_splits.ts";
import { classifyRows } from "./_classify_rows.ts";
import { holdOut } from "./_hold_out.ts";
import { logisticFit } from "./_logistic_fit.ts";
import { designMatrix, standardOf } from "./_standardize.ts";
import type { Features } from "./features.ts";

/** How the regression is regularised, and when it is done. */
export type LogisticProbeOptions = {
  /** Candidates for λ > 0, of which the best on held-out training rows is taken. */
  readonly lambdas?: readonly number[];
  /** Share of the training rows that chooses λ, in (0, 1). */
  readonly heldOutShare?: number;
  /** Which rows these are. */
  readonly seed?: number;
  /** Steps of L-BFGS at most. */
  readonly maxSteps?: number;
};

/** What {@linkcode logisticProbe} does unless told otherwise. */
export const logisticProbeDefaults: Readonly<Required<LogisticProbeOptions>> = {
  lambdas: [1e-5, 1e-4, 1e-3, 1e-2],
  heldOutShare: 0.2,
  seed: 0,
  maxSteps: 100,
};

/** What the regression says of the test split. */
export type LogisticProbeResult = {
  /** Share of the test rows whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
  /** The λ that was taken. */
  readonly lambda: number;
};

/**
 * Multinomial logistic regression on standardised features: the mean cross-entropy plus λ/2 · |W|², without the bias, minimised by L-BFGS from
 * zeros. λ is chosen on held-out training rows, then W is found from all of them.
 * @throws {TypeError} If the splits' rows differ in length, or a split has no rows or not one label a row.
 * @throws {RangeError} If an option, a label or a value is out of range, or there are fewer than 2 training rows.
 */
export async function logisticProbe(
  train: Features,
  test: Features,
  options: LogisticProbeOptions = {},
): Promise<LogisticProbeResult> {
  const { lambdas, heldOutShare, seed, maxSteps } = { ...logisticProbeDefaults, ...options };
  const numClasses = checkSplits(train, test);
  if (lambdas.length === 0 || !lambdas.every((lambda) => lambda > 0) || !(maxSteps >= 1)) {
    throw new RangeError(
      `Cannot regularise by ${lambdas} in ${maxSteps} steps: give candidates above 0 and a step`,
    );
  }
  if (!(heldOutShare > 0 && heldOutShare < 1) || train.labels.length < 2) {
    throw new RangeError(
      `Cannot hold out a share of ${heldOutShare} of ${train.labels.length} rows: choose one in (0, 1) of at least 2`,
    );
  }
  let best = { lambda: lambdas[0]!, accuracy: -1 };
  if (lambdas.length > 1) {
    const { rest, heldOut } = holdOut(train, heldOutShare, seed);
    const standard = standardOf(rest);
    for (const lambda of lambdas) {
      const weights = logisticFit(rest, designMatrix(rest, standard), numClasses, lambda, maxSteps);
      const { accuracy } = await classifyRows(heldOut, standard, weights, numClasses);
      if (accuracy > best.accuracy) best = { lambda, accuracy };
    }
  }
  const standard = standardOf(train);
  const weights = logisticFit(train, designMatrix(train, standard), numClasses, best.lambda, maxSteps);
  return { ...await classifyRows(test, standard, weights, numClasses), lambda: best.lambda };
}
