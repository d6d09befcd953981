import * as tf from "@tensorflow/tfjs-core";

/** Whether the device in use has a fused kernel of this name; if not, an op runs its composed reference. */
export function hasFusedKernel(name: string): boolean {
  return tf.getKernel(name, tf.getBackend()) !== undefined;
}

/**
 * Runs a fused kernel of the device in use. The tape does not know its gradient: call it inside `tapeEntry()`, which does.
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
  const engine = tf.engine();
  const call = { inputs: inputs as tf.NamedTensorMap, attrs: attrs as tf.NamedAttrMap };
  if (engine.isTapeOn() || engine.state.profiling) { // a gradient of this gradient must miss it, a profile tell it
    return [engine.runKernel(name, call.inputs, call.attrs)].flat();
  }
  const { kernelFunc } = tf.getKernel(name, engine.backendName)!;
  const outputs = [kernelFunc({ ...call, backend: engine.backend })].flat();
  return outputs.map((info) => engine.makeTensorFromTensorInfo(info));
}
