import type { ParameterMap } from "@lacuna/tensor";

/**
 * Marks parameters as not trainable, as a teacher's are: no gradient is taken by them, only
 * `momentumUpdate()` moves them.
 */
export function freeze(parameters: ParameterMap): void {
  for (const parameter of Object.values(parameters)) parameter.trainable = false;
}
