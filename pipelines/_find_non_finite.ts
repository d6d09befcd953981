import type { NamedTensorMap } from "@tensorflow/tfjs-core";

/**
 * The first tensor that holds NaN or an infinity, as "student parameter norm.weight"; `undefined` if all are finite.
 * @param groups What to look through, in order, each under the word that names it.
 */
export async function findNonFinite(
  groups: Readonly<Record<string, NamedTensorMap>>,
): Promise<string | undefined> {
  for (const [group, tensors] of Object.entries(groups)) {
    for (const [name, tensor] of Object.entries(tensors)) {
      if (!(await tensor.data()).every(Number.isFinite)) return `${group} ${name}`;
    }
  }
  return undefined;
}
