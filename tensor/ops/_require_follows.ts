import * as tf from "@tensorflow/tfjs-core";
import type { ParameterMap } from "../parameter_map.ts";

/** @throws {RangeError|TypeError} If the momentum is outside [0, 1], or the student lacks a name of the teacher. */
export function requireFollows(teacher: ParameterMap, student: ParameterMap, momentum: number): void {
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(`Cannot update the teacher with momentum ${momentum}: choose one in [0, 1]`);
  }
  for (const [name, { shape }] of Object.entries(teacher)) {
    const source = student[name];
    if (!source || !tf.util.arraysEqual(source.shape, shape)) {
      throw new TypeError(
        `Cannot update the teacher's ${name} [${shape}]: the student has ${
          source ? `another shape, [${source.shape}]` : "no such parameter"
        }`,
      );
    }
  }
}
