import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { softmaxXent } from "@lacuna/tensor/softmax-xent";
import { constant } from "./_constant.ts";
import { requireMasked } from "./_require_masked.ts";
import type { ObjectiveResult } from "./objective_result.ts";

/** How sharp the two distributions are. */
export type PrototypeXentOptions = {
  /** > 0; 0.1 in the papers. */
  readonly studentTemperature: number;
  /** > 0, less than the student's; 0.04 in the papers, or up to 0.07 after a warm-up. */
  readonly teacherTemperature: number;
};

/**
 * Cross-entropy of masked patches' prototypes, −softmax((t − c) / τ_t) · ln softmax(s / τ_s), the mean over an image's masked patches, then
 * over images (iBOT, arXiv:2111.07832, and its official code; DINO's loss, arXiv:2104.14294, patch by patch). An image without a masked
 * patch counts as 0.
 * @param student [B, N, K] what the student says of the prototypes.
 * @param teacher [B, N, K] what the teacher says; no gradient reaches it.
 * @param center [K], c, which `centerUpdate()` moves after the step; no gradient reaches it.
 * @param mask [B, N], 1 = masked and counted, 0 = visible and ignored.
 * @param options Temperatures.
 * @returns `loss` in nats, and in `metrics` the `teacherEntropy` of masked patches: near ln K or 0 where the teacher has collapsed.
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If a temperature is not positive.
 */
export function prototypeXent(
  student: Tensor3D,
  teacher: Tensor3D,
  center: Tensor1D,
  mask: Tensor2D,
  { studentTemperature, teacherTemperature }: PrototypeXentOptions,
): ObjectiveResult {
  requireMasked("prototypeXent", student, teacher, mask);
  const numPrototypes = student.shape[2];
  if (`${center.shape}` !== `${numPrototypes}`) {
    throw new TypeError(
      `prototypeXent of ${numPrototypes} prototypes cannot take a center [${center.shape}]`,
    );
  }
  for (const temperature of [studentTemperature, teacherTemperature]) {
    if (!(temperature > 0)) {
      throw new RangeError(`prototypeXent needs temperatures above 0, not ${temperature}`);
    }
  }
  return tf.tidy(() => {
    const rows = (logits: Tensor3D): Tensor2D => tf.reshape(logits, [-1, numPrototypes]); // [B·N, K]
    const target = constant(tf.softmax(rows(tf.div(tf.sub(teacher, center), teacherTemperature))));
    const perRow = (values: Tensor1D): Tensor2D => tf.mul(tf.reshape(values, mask.shape), mask);
    const perPatch = perRow(softmaxXent(tf.div(rows(student), studentTemperature), target)); // [B, N]
    const perImage = tf.div(tf.sum(perPatch, 1), tf.maximum(tf.sum(mask, 1), 1)); // [B]
    const loss: Scalar = tf.mean(perImage);
    const entropies = perRow(softmaxXent(tf.log(tf.maximum(target, 1e-30)), target));
    const teacherEntropy: Scalar = tf.div(tf.sum(entropies), tf.maximum(tf.sum(mask), 1));
    return { loss, metrics: { teacherEntropy } };
  });
}
