import type { ParameterMap } from "../parameter_map.ts";
import { requireFollows } from "./_require_follows.ts";
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
  requireFollows(teacher, student, momentum);
  const names = Object.keys(teacher);
  if (names.length > 0 && hasFusedKernel("MomentumUpdate")) {
    const [teachers, parameters] = [teacher, student].map((map) => names.map((name) => map[name]!));
    runFusedKernel("MomentumUpdate", { teachers: teachers!, parameters: parameters! }, { momentum });
  } else {
    for (const name of names) momentumUpdateReference(teacher[name]!, student[name]!, momentum);
  }
}
