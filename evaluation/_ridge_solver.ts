import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { cholesky, solveLower, solveUpper } from "./_cholesky.ts";
import { conjugateGradients } from "./_conjugate_gradients.ts";
import { designMatrix, type Standard, standardOf } from "./_standardize.ts";
import type { Features } from "./features.ts";

/** Ridge regression of one-hot classes on some rows, for one λ after the other. */
export type RidgeSolver = {
  readonly standard: Standard;
  /** Weights [D + 1, K], the last row the bias, which is not regularised. */
  solve(lambda: number): Float32Array;
  dispose(): void;
};

const MOST_COLUMNS = 2000; // numbers a row, of a matrix that is factorised: n³ / 3 operations, in JavaScript
const CHUNK = 4096; // rows whose products are taken in float32; their sum is in float64
const MOST_PRODUCTS = 1e9; // that are taken in float64, in JavaScript, a second or so
const FREE = 1e-12; // λ of the bias

/** A solver for these rows: by Cholesky's factors, or by conjugate gradients for wide ones. */
export function ridgeSolver(features: Features, numClasses: number): Promise<RidgeSolver> {
  return features.dim <= MOST_COLUMNS
    ? factorised(features, numClasses)
    : Promise.resolve(iterated(features, numClasses));
}

async function factorised(features: Features, numClasses: number): Promise<RidgeSolver> {
  const numRows = features.labels.length;
  const standard = standardOf(features);
  const size = features.dim + 1;
  const rows = designMatrix(features, standard);
  const products = numRows * size ** 2 <= Math.max(MOST_PRODUCTS, 2 * size ** 3) ? exactly : inChunks;
  const { gram, targets } = await products(rows, size, features.labels, numClasses);
  return {
    standard,
    solve: (lambda) => {
      const regularised = gram.slice();
      for (let i = 0; i < size; i++) regularised[i * size + i]! += i < size - 1 ? lambda : FREE;
      const lower = cholesky(regularised, size);
      return Float32Array.from(solveUpper(lower, size, solveLower(lower, size, targets.slice())));
    },
    dispose: () => {},
  };
}

/** What the normal equations are made of. */
type Products = {
  /** XᵀX / n [D + 1, D + 1], of which the lower triangle counts. */
  readonly gram: Float64Array;
  /** XᵀY / n [D + 1, K]. */
  readonly targets: Float64Array;
};

/** In float64: what float32 leaves of columns that hang together, as where there are fewer rows than columns, is no longer positive definite. */
function exactly(rows: Float32Array, size: number, labels: Int32Array, numClasses: number): Products {
  const numRows = labels.length;
  const gram = new Float64Array(size ** 2), targets = new Float64Array(size * numClasses);
  labels.forEach((label, row) => {
    const x = rows.subarray(row * size, (row + 1) * size);
    for (let i = 0; i < size; i++) {
      const share = x[i]! / numRows;
      for (let j = 0; j <= i; j++) gram[i * size + j]! += share * x[j]!;
      targets[i * numClasses + label]! += share;
    }
  });
  return { gram, targets };
}

async function inChunks(
  rows: Float32Array,
  size: number,
  labels: Int32Array,
  numClasses: number,
): Promise<Products> {
  const numRows = labels.length;
  const gram = new Float64Array(size ** 2), targets = new Float64Array(size * numClasses);
  for (let start = 0; start < numRows; start += CHUNK) {
    const end = Math.min(start + CHUNK, numRows);
    const [ofRows, ofClasses] = tf.tidy(() => {
      const x = tf.tensor2d(rows.subarray(start * size, end * size), [end - start, size]);
      const y = oneHot(labels.subarray(start, end), numClasses);
      return [tf.matMul(x, x, true), tf.matMul(x, y, true)];
    }) as [tf.Tensor, tf.Tensor];
    (await ofRows.data<"float32">()).forEach((value, i) => gram[i]! += value / numRows);
    (await ofClasses.data<"float32">()).forEach((value, i) => targets[i]! += value / numRows);
    tf.dispose([ofRows, ofClasses]);
  }
  return { gram, targets };
}

function iterated(features: Features, numClasses: number): RidgeSolver {
  const numRows = features.labels.length, size = features.dim + 1;
  const standard = standardOf(features);
  const x = tf.tensor2d(designMatrix(features, standard), [numRows, size]);
  const b = tf.tidy(() => tf.div<Tensor2D>(tf.matMul(x, oneHot(features.labels, numClasses), true), numRows));
  return {
    standard,
    solve: (lambda) => {
      const diagonal = tf.tensor2d(
        Float32Array.from({ length: size }, (_, i) => i < size - 1 ? lambda : FREE),
        [size, 1],
      );
      const multiply = (v: Tensor2D): Tensor2D =>
        tf.add(tf.div(tf.matMul(x, tf.matMul(x, v), true), numRows), tf.mul(v, diagonal));
      const weights = conjugateGradients(multiply, b);
      const values = weights.dataSync<"float32">().slice();
      tf.dispose([weights, diagonal]);
      return values;
    },
    dispose: () => tf.dispose([x, b]),
  };
}

function oneHot(labels: Int32Array, numClasses: number): Tensor2D {
  return tf.oneHot(tf.tensor1d(labels, "int32"), numClasses, 1, 0, "float32") as Tensor2D;
}
