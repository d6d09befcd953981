import * as tf from "@tensorflow/tfjs-core";

/** Whether the device in use has a fused kernel of this name; if not, an op runs its composed reference. */
export function hasFusedKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/**
 * Runs a fused kernel of the device in use. Call it inside `tf.customGrad`, where the tape does not record.
 * @param name A kernel that {@linkcode hasFusedKernel} has found.
 * @param inputs The kernel's tensors, or lists of them, by name.
 * @param attrs The kernel's numbers, or lists of them, by name.
 * @returns The kernel's outputs, always as a list.
 */
export function runFusedKernel(
  name: string,
  inputs: Readonly<Record<string, tf.Tensor | readonly (tf.Tensor | undefined)[]>>,
  attrs: Readonly<Record<string, number | readonly number[]>> = {},
): tf.Tensor[] {
  const named = { ...inputs } as tf.NamedTensorMap; // tfjs hands them on as they are
  const outputs = tf.engine().runKernel<tf.Tensor | tf.Tensor[]>(
    name,
    named,
    { ...attrs } as tf.NamedAttrMap,
  );
  return Array.isArray(outputs) ? outputs : [outputs];
}
