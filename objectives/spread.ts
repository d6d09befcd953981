import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D } from "@tensorflow/tfjs-core";

/**
 * Mean over D of √(variance over the rows + 1e-6), unbiased: 1e-3 for rows that are all alike. data2vec's official code stops speech runs
 * whose targets' falls below 0.1, or predictions' below 0.01, after 5,000 updates.
 * @param rows [M, D], M > 1.
 * @throws {TypeError} If there is one row only.
 */
export function spread(rows: Tensor2D): Scalar {
  const numRows = rows.shape[0];
  if (numRows < 2) throw new TypeError(`Rows [${rows.shape}] have no variance: pass at least 2`);
  return tf.tidy(() => {
    const unbiased = tf.mul(tf.moments(rows, 0).variance, numRows / (numRows - 1)); // [D]
    return tf.mean<Scalar>(tf.sqrt(tf.add(unbiased, 1e-6)));
  });
}
