import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import { softmaxXent } from "@lacuna/tensor/softmax-xent";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Cross-entropy of finding one's own target among those of the batch, by cosines over a temperature (CPC, arXiv:1807.03748, eq. 4; one
 * direction). MoCo v3 (arXiv:2104.02057, §3) multiplies it by 2 · temperature.
 * @param pred [K·B, D], mask-major: row i·B + b belongs to sample b.
 * @param target [B, D], a constant.
 * @param temperature > 0, such as 0.2.
 * @returns `loss` in nats, ln B for no information, and in `metrics` the `accuracy` in [0, 1].
 * @throws {TypeError} If the rows of `pred` are no multiple of those of `target`, or their widths differ.
 * @throws {RangeError} If the temperature is not positive.
 */
export function infoNce(pred: Tensor2D, target: Tensor2D, temperature: number): ObjectiveResult {
  const [batchSize, dim] = target.shape;
  const [numRows] = pred.shape;
  if (numRows % batchSize !== 0 || pred.shape[1] !== dim) {
    throw new TypeError(
      `Cannot compare predictions [${pred.shape}] with targets [${target.shape}]: ` +
        `pass K·${batchSize} predictions of ${dim} numbers`,
    );
  }
  if (!(temperature > 0)) throw new RangeError(`infoNce needs a temperature above 0, not ${temperature}`);
  return tf.tidy(() => {
    const cosines: Tensor2D = tf.matMul(l2Normalize(pred), l2Normalize(target), false, true); // [K·B, B]
    const logits: Tensor2D = tf.div(cosines, temperature);
    const own: Tensor2D = tf.tile(tf.eye(batchSize), [numRows / batchSize, 1]);
    const loss: Scalar = tf.mean(softmaxXent(logits, own));
    const right = tf.equal(tf.argMax(logits, -1), tf.argMax(own, -1));
    return { loss, metrics: { accuracy: tf.mean<Scalar>(tf.cast(right, "float32")) } };
  });
}
