import { momentumUpdate, type ParameterMap } from "@lacuna/tensor";

/**
 * Gives every parameter of `to` the value that its namesake in `from` has; later changes of one leave the
 * other alone.
 * @param from Has every name of `to`, with the same shape; more names do no harm, so a predictor may stand
 * beside them.
 * @param to Changed in place.
 * @throws {TypeError} If `from` lacks a name of `to`, or has it in another shape.
 */
export function copyParameters(from: ParameterMap, to: ParameterMap): void {
  momentumUpdate(to, from, 0); // 0 · to + 1 · from; assign() would share memory that kernels write in place
}
