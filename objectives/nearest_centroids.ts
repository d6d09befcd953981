import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";

/**
 * Which centroid is nearest to each row, by |c|² − 2 · x · c: a tokeniser of patches.
 * @param rows [R, P].
 * @param centroids [K, P].
 * @returns [R] int32, 0…K − 1, of equally near ones the first.
 * @throws {TypeError} If the widths differ.
 */
export function nearestCentroids(rows: Tensor2D, centroids: Tensor2D): Tensor1D {
  if (rows.shape[1] !== centroids.shape[1]) {
    throw new TypeError(`Rows [${rows.shape}] and centroids [${centroids.shape}] differ in width`);
  }
  return tf.tidy(() => {
    const squares = tf.sum(tf.square(centroids), -1); // [K]
    return tf.argMin<Tensor1D>(tf.sub(squares, tf.mul(2, tf.matMul(rows, centroids, false, true))), -1);
  });
}
