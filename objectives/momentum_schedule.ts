/**
 * The teacher's momentum in [base, 1]: 1 − (1 − base) · (1 + cos(π · progress)) / 2, from `base` up to 1.
 * @param base Momentum at the start, in [0, 1]; 0.996 in the papers, 0.99 for short runs.
 * @param progress Share of training that is over, in [0, 1].
 * @throws {RangeError} If either lies outside [0, 1].
 * @see BYOL, arXiv:2006.07733, §3 "Optimization"
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { momentumSchedule } from "@lacuna/objectives";
 * assert.equal(momentumSchedule(0.996, 0), 0.996);
 * assert.equal(momentumSchedule(0.996, 1), 1);
 * ```
 */
export function momentumSchedule(base: number, progress: number): number {
  for (const [name, value] of Object.entries({ base, progress })) {
    if (!(value >= 0 && value <= 1)) {
      throw new RangeError(`Cannot schedule momentum with ${name} ${value}: choose it in [0, 1]`);
    }
  }
  return 1 - (1 - base) * (1 + Math.cos(Math.PI * progress)) / 2;
}
