import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D } from "@tensorflow/tfjs-core";

/**
 * What rows fall short of a spread by, mean over D of max(0, γ − √(variance over the rows + ε)), unbiased (VICReg, arXiv:2105.04906, eq. 1;
 * optional in data2vec's official vision code with γ 0.5).
 * @param rows [M, D], M > 1; differentiated.
 * @param gamma γ > 0, the spread from which on nothing is asked.
 * @param epsilon ε > 0, under the root, so that its slope is finite.
 * @throws {TypeError} If there is one row only.
 * @throws {RangeError} If γ is not positive.
 */
export function varianceHinge(rows: Tensor2D, gamma = 1, epsilon = 1e-4): Scalar {
  const numRows = rows.shape[0];
  if (numRows < 2) throw new TypeError(`Rows [${rows.shape}] have no variance: pass at least 2`);
  if (!(gamma > 0)) throw new RangeError(`varianceHinge needs a gamma above 0, not ${gamma}`);
  return tf.tidy(() => {
    const unbiased = tf.mul(tf.moments(rows, 0).variance, numRows / (numRows - 1)); // [D]
    return tf.mean<Scalar>(tf.relu(tf.sub(gamma, tf.sqrt(tf.add(unbiased, epsilon)))));
  });
}
