import * as tf from "@tensorflow/tfjs-core";
import { checkSplits } from "./_check_splits.ts";
import { cholesky, solveLower, solveUpper } from "./_cholesky.ts";
import { classifyRows } from "./_classify_rows.ts";
import { holdOut } from "./_hold_out.ts";
import { designMatrix, type Standard, standardOf } from "./_standardize.ts";
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
 * epochs, the same number every time.
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
    const moments = await momentsOf(rest, numClasses);
    for (const lambda of lambdas) {
      const { accuracy } = await classifyRows(heldOut, moments.standard, solve(moments, lambda), numClasses);
      if (accuracy > best.accuracy) best = { lambda, accuracy };
    }
  }
  const moments = await momentsOf(train, numClasses);
  const classified = await classifyRows(test, moments.standard, solve(moments, best.lambda), numClasses);
  return { ...classified, lambda: best.lambda };
}

/** What the solution is found from, whatever λ. */
type Moments = {
  readonly standard: Standard;
  readonly size: number; // D + 1
  readonly gram: Float64Array; // [D + 1, D + 1], XᵀX / n
  readonly targets: Float64Array; // [D + 1, K], XᵀY / n
};

const CHUNK = 4096; // rows whose products are taken in float32; their sum is in float64

async function momentsOf(features: Features, numClasses: number): Promise<Moments> {
  const numRows = features.labels.length;
  const standard = standardOf(features);
  const size = features.dim + 1;
  const rows = designMatrix(features, standard);
  const gram = new Float64Array(size ** 2), targets = new Float64Array(size * numClasses);
  for (let start = 0; start < numRows; start += CHUNK) {
    const end = Math.min(start + CHUNK, numRows);
    const [ofRows, ofClasses] = tf.tidy(() => {
      const x = tf.tensor2d(rows.subarray(start * size, end * size), [end - start, size]);
      const y = tf.oneHot(
        tf.tensor1d(features.labels.subarray(start, end), "int32"),
        numClasses,
        1,
        0,
        "float32",
      );
      return [tf.matMul(x, x, true), tf.matMul(x, y as tf.Tensor2D, true)];
    }) as [tf.Tensor, tf.Tensor];
    (await ofRows.data<"float32">()).forEach((value, i) => gram[i]! += value / numRows);
    (await ofClasses.data<"float32">()).forEach((value, i) => targets[i]! += value / numRows);
    tf.dispose([ofRows, ofClasses]);
  }
  return { standard, size, gram, targets };
}

/** Weights [D + 1, K], the last row the bias. */
function solve({ size, gram, targets }: Moments, lambda: number): Float32Array {
  const regularised = gram.slice();
  for (let i = 0; i < size; i++) regularised[i * size + i]! += i < size - 1 ? lambda : 1e-12; // a bias of its own
  const lower = cholesky(regularised, size);
  return Float32Array.from(solveUpper(lower, size, solveLower(lower, size, targets.slice())));
}
