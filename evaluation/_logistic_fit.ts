import * as tf from "@tensorflow/tfjs-core";
import { minimize } from "./_minimize.ts";
import type { Features } from "./features.ts";

/**
 * Where the mean cross-entropy plus λ/2 · |W|² of softmax(rows · W) is smallest; the bias is not regularised.
 * @param features Whose labels are to be told.
 * @param rows [n, D + 1], their design matrix.
 * @returns Weights [D + 1, K], the last row the bias.
 */
export function logisticFit(
  { labels, dim }: Pick<Features, "labels" | "dim">,
  rows: Float32Array,
  numClasses: number,
  lambda: number,
  maxSteps: number,
): Float32Array {
  const numRows = labels.length;
  const x = tf.tensor2d(rows, [numRows, dim + 1]);
  const y = tf.tidy(() =>
    tf.oneHot(tf.tensor1d(labels, "int32"), numClasses, 1, 0, "float32") as tf.Tensor2D
  );
  const lossOf = (weights: Float64Array) => {
    const [loss, slope] = tf.tidy(() => {
      const w = tf.tensor2d(Float32Array.from(weights), [dim + 1, numClasses]);
      const logP = tf.logSoftmax(tf.matMul(x, w) as tf.Tensor2D);
      const loss = tf.div(tf.neg(tf.sum(tf.mul(y, logP))), numRows);
      return [loss, tf.div(tf.matMul(x, tf.sub(tf.exp(logP), y) as tf.Tensor2D, true), numRows)];
    }) as [tf.Tensor, tf.Tensor];
    let value = loss.dataSync<"float32">()[0]!;
    const gradient = Float64Array.from(slope.dataSync<"float32">());
    for (let i = 0; i < dim * numClasses; i++) { // not the bias
      value += lambda / 2 * weights[i]! ** 2;
      gradient[i]! += lambda * weights[i]!;
    }
    tf.dispose([loss, slope]);
    return { value, gradient };
  };
  const weights = minimize(lossOf, new Float64Array((dim + 1) * numClasses), maxSteps);
  tf.dispose([x, y]);
  return Float32Array.from(weights);
}
