import * as tf from "@tensorflow/tfjs-core";
import type { Variable } from "@tensorflow/tfjs-core";

/** One parameter of `momentumUpdate()`, composed of plain ops. */
export function momentumUpdateReference(teacher: Variable, student: Variable, momentum: number): void {
  tf.tidy(() => teacher.assign(tf.add(tf.mul(teacher, momentum), tf.mul(student, 1 - momentum))));
}
