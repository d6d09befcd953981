import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { softmaxXent } from "@lacuna/tensor/softmax-xent";
import type { ObjectiveResult } from "./objective_result.ts";

/**
 * Mean cross-entropy of masked patches' codes (BEiT, arXiv:2106.08254, §2.3); any tokeniser of patches will do.
 * @param logits [M, K] of the masked patches of a batch, however many an image has.
 * @param codes [M] int32, 0…K − 1, a constant.
 * @returns `loss` in nats, and in `metrics` the `accuracy` in [0, 1].
 * @throws {TypeError} If there are not as many codes as rows, or none.
 */
export function codeXent(logits: Tensor2D, codes: Tensor1D): ObjectiveResult {
  const [numMasked, numCodes] = logits.shape;
  if (codes.shape[0] !== numMasked || numMasked === 0 || codes.dtype !== "int32") {
    throw new TypeError(
      `codeXent cannot compare logits [${logits.shape}] with ${codes.dtype} codes [${codes.shape}]: pass an int32 code a row`,
    );
  }
  return tf.tidy(() => {
    const target = tf.oneHot(codes, numCodes, 1, 0, "float32") as Tensor2D;
    const loss: Scalar = tf.mean(softmaxXent(logits, target));
    const accuracy: Scalar = tf.mean(tf.cast(tf.equal(tf.argMax(logits, -1), codes), "float32"));
    return { loss, metrics: { accuracy } };
  });
}
