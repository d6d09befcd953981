import { checkSplits } from "./_check_splits.ts";
import { classifyRows } from "./_classify_rows.ts";
import { holdOut } from "./_hold_out.ts";
import { ridgeSolver } from "./_ridge_solver.ts";
import type { Features } from "./features.ts";

/** How the regression is regularised. */
export type RidgeProbeOptions = {
  /** Candidates for λ > 0, of which the best on held-out training rows is taken. */
  readonly lambdas?: readonly number[];
  /** Share of the training rows that chooses λ, in (0, 1). */
  readonly heldOutShare?: number;
  /** Which rows these are. */
  readonly seed?: number;
};

/** What {@linkcode ridgeProbe} does unless told otherwise. */
export const ridgeProbeDefaults: Readonly<Required<RidgeProbeOptions>> = {
  lambdas: [1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1],
  heldOutShare: 0.2,
  seed: 0,
};

/** What the regression says of the test split. */
export type RidgeProbeResult = {
  /** Share of the test rows whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
  /** The λ that was taken. */
  readonly lambda: number;
};

/**
 * Regresses one-hot classes on standardised features in closed form, W = (XᵀX / n + λI)⁻¹ XᵀY / n with a bias that is not regularised, and
 * classifies the test rows by the highest score. λ is chosen on held-out training rows, then W is found from all of them: no step size, no
 * epochs, the same number every time. Rows of more than 2,000 numbers are solved by conjugate gradients, which stop at a relative residual of 10⁻³ or after
 * 200 steps.
 * @throws {TypeError} If the splits' rows differ in length, or a split has no rows or not one label a row.
 * @throws {RangeError} If an option, a label or a value is out of range, or there are fewer than 2 training rows.
 */
export async function ridgeProbe(
  train: Features,
  test: Features,
  options: RidgeProbeOptions = {},
): Promise<RidgeProbeResult> {
  const { lambdas, heldOutShare, seed } = { ...ridgeProbeDefaults, ...options };
  const numClasses = checkSplits(train, test);
  if (lambdas.length === 0 || !lambdas.every((lambda) => lambda > 0)) {
    throw new RangeError(`Cannot regularise by ${lambdas}: give candidates above 0`);
  }
  if (!(heldOutShare > 0 && heldOutShare < 1) || train.labels.length < 2) {
    throw new RangeError(
      `Cannot hold out a share of ${heldOutShare} of ${train.labels.length} rows: choose one in (0, 1) of at least 2`,
    );
  }
  let best = { lambda: lambdas[0]!, accuracy: -1 };
  if (lambdas.length > 1) {
    const { rest, heldOut } = holdOut(train, heldOutShare, seed);
    const solver = await ridgeSolver(rest, numClasses);
    for (const lambda of lambdas.toSorted((a, b) => b - a)) {
      const { accuracy } = await classifyRows(heldOut, solver.standard, solver.solve(lambda), numClasses);
      if (accuracy >= best.accuracy) best = { lambda, accuracy }; // of equals the smallest
    }
    solver.dispose();
  }
  const solver = await ridgeSolver(train, numClasses);
  const classified = await classifyRows(test, solver.standard, solver.solve(best.lambda), numClasses);
  solver.dispose();
  return { ...classified, lambda: best.lambda };
}
