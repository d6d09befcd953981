import * as tf from "@tensorflow/tfjs-core";
import type { ParameterMap } from "../parameter_map.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { momentumUpdateReference } from "./momentum_update_reference.ts";

/**
 * Moves the teacher towards the student, ξ ← m·ξ + (1 − m)·θ (BYOL, arXiv:2006.07733, eq. 1), in place.
 * @param teacher The parameters to move; its names decide which of the student's count, so a predictor may be absent.
 * @param student Has every name of the teacher, with the same shape.
 * @param momentum m in [0, 1]; 1 leaves the teacher as it is.
 * @throws {RangeError} If `momentum` is outside [0, 1].
 * @throws {TypeError} If the student lacks a name of the teacher.
 */
export function momentumUpdate(teacher: ParameterMap, student: ParameterMap, momentum: number): void {
  if (!(momentum >= 0 && momentum <= 1)) {
    throw new RangeError(`Cannot update the teacher with momentum ${momentum}: choose one in [0, 1]`);
  }
  const fused = hasFusedKernel("MomentumUpdate");
  for (const [name, parameter] of Object.entries(teacher)) {
    const source = student[name];
    if (!source || !tf.util.arraysEqual(source.shape, parameter.shape)) {
      throw new TypeError(
        `Cannot update the teacher's ${name} [${parameter.shape}]: the student has ${
          source ? `another shape, [${source.shape}]` : "no such parameter"
        }`,
      );
    }
    if (fused) runFusedKernel("MomentumUpdate", { teacher: parameter, student: source }, { momentum });
    else momentumUpdateReference(parameter, source, momentum);
  }
}
