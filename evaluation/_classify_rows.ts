import * as tf from "@tensorflow/tfjs-core";
import type { Features } from "./features.ts";
import { designMatrix, type Standard } from "./_standardize.ts";

/** What a linear classifier says of some rows. */
export type Classified = {
  /** Share of the rows whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
};

/**
 * The class of the highest score of each row, of equals the lower one.
 * @param weights [D + 1, K], the last row a bias.
 */
export async function classifyRows(
  features: Features,
  standard: Standard,
  weights: Float32Array,
  numClasses: number,
): Promise<Classified> {
  const numRows = features.labels.length;
  const best = tf.tidy(() => {
    const rows = tf.tensor2d(designMatrix(features, standard), [numRows, features.dim + 1]);
    return tf.argMax(tf.matMul(rows, tf.tensor2d(weights, [features.dim + 1, numClasses])), -1);
  });
  const predictions = Int32Array.from(await best.data());
  best.dispose();
  const numRight = predictions.reduce(
    (count, label, row) => count + Number(label === features.labels[row]),
    0,
  );
  return { accuracy: numRight / numRows, predictions };
}
