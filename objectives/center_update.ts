import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";

/**
 * The center of a teacher's logits after a step, m · c + (1 − m) · mean over all rows (DINO, arXiv:2104.14294, §3.1 "Avoiding
 * collapse"): taken from its logits, it keeps one prototype from taking all. Call it after the loss, which sees the center before.
 * @param center [K], c.
 * @param logits [..., K] of the teacher, of every patch or class token, masked or not.
 * @param momentum m in [0, 1]; 0.9 in the papers.
 * @returns [K]; neither argument is changed.
 * @throws {TypeError} If the widths differ.
 * @throws {RangeError} If the momentum is outside [0, 1].
 */
export function centerUpdate(center: Tensor1D, logits: Tensor, momentum = 0.9): Tensor1D {
  const numPrototypes = center.shape[0];
  if (logits.shape.at(-1) !== numPrototypes) {
    throw new TypeError(`A center of ${numPrototypes} prototypes cannot follow logits [${logits.shape}]`);
  }
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(`A center cannot follow with momentum ${momentum}: choose it in [0, 1]`);
  }
  return tf.tidy(() => {
    const mean = tf.mean<Tensor1D>(tf.reshape(logits, [-1, numPrototypes]), 0);
    return tf.add<Tensor1D>(tf.mul(center, momentum), tf.mul(mean, 1 - momentum));
  });
}
