import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";
import { softmaxXent } from "@lacuna/tensor/softmax-xent";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Cross-entropy of finding a masked patch's own target among all patches of the same image (ConMIM, arXiv:2205.09616, §3.2, and its official
 * code), by cosines over a temperature.
 * @param pred [B, M, D] the student's vectors of the masked patches.
 * @param targets [B, N, D] the teacher's of all patches, a constant.
 * @param masked [B, M] int32, which patches they are, 0…N − 1.
 * @param temperature > 0; 0.1 in the paper.
 * @returns `loss` in nats, ln N for no information, and in `metrics` the `accuracy` in [0, 1].
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If the temperature is not positive.
 */
export function patchContrast(
  pred: Tensor3D,
  targets: Tensor3D,
  masked: Tensor2D,
  temperature: number,
): ObjectiveResult {
  const [batchSize, numMasked, dim] = pred.shape;
  const [, numPatches] = targets.shape;
  if (
    targets.shape[0] !== batchSize || targets.shape[2] !== dim ||
    `${masked.shape}` !== `${[batchSize, numMasked]}` ||
    masked.dtype !== "int32"
  ) {
    throw new TypeError(
      `patchContrast cannot find predictions [${pred.shape}] among targets [${targets.shape}] ` +
        `by ${masked.dtype} indices [${masked.shape}]: pass [B, M, D], [B, N, D] and int32 [B, M]`,
    );
  }
  if (!(temperature > 0)) {
    throw new RangeError(`patchContrast needs a temperature above 0, not ${temperature}`);
  }
  return tf.tidy(() => {
    const cosines = tf.matMul(l2Normalize(pred), l2Normalize(targets), false, true); // [B, M, N]
    const logits: Tensor2D = tf.reshape(tf.div(cosines, temperature), [-1, numPatches]);
    const own = tf.oneHot(tf.reshape(masked, [-1]), numPatches, 1, 0, "float32") as Tensor2D;
    const loss: Scalar = tf.mean(softmaxXent(logits, own));
    const right = tf.equal(tf.argMax(logits, -1), tf.argMax(own, -1));
    return { loss, metrics: { accuracy: tf.mean<Scalar>(tf.cast(right, "float32")) } };
  });
}
