import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/**
 * Runs an operation as one entry of the tape. It is `tf.customGrad()` with any number of outputs, in a third of the time: saving a tensor
 * there is an operation by itself.
 * @param inputs What it is differentiated by; gradients come in this order.
 * @param forward Computes the outputs, not recorded, and says what the gradient needs.
 * @param backward The gradients by the inputs, from those by the outputs and what was saved; `undefined` stands for an output that
 * the result does not depend on, which saves zeros. One given as a function is computed only if somebody wants it.
 * @returns The outputs.
 */
export function tapeEntry(
  inputs: readonly Tensor[],
  forward: (save: (tensors: Tensor[]) => void) => Tensor[],
  backward: (dys: readonly (Tensor | undefined)[], saved: readonly Tensor[]) => (Tensor | (() => Tensor))[],
): Tensor[] {
  const engine = tf.engine();
  const { state } = engine;
  if (!state.activeScope) return tf.tidy(() => tapeEntry(inputs, forward, backward)); // which tells what `forward` makes
  const isRecorded = engine.isTapeOn();
  const { track } = state.activeScope;
  const numBefore = track.length;
  let needed: readonly Tensor[] = [];
  let outputs: Tensor[];
  state.kernelDepth++; // stops the tape
  try {
    outputs = forward((tensors) => needed = tensors);
  } finally {
    state.kernelDepth--;
  }
  const made = track.slice(numBefore).filter((tensor) => !outputs.includes(tensor));
  if (isRecorded) {
    const saved = needed.map((tensor) => made.includes(tensor) ? tf.keep(tensor) : share(tensor));
    state.activeTape.push({
      id: state.nextTapeNodeId++,
      kernelName: "a fused operation",
      inputs: { ...inputs } as unknown as tf.NamedTensorMap,
      outputs,
      saved,
      gradient(dys) {
        const gradients = backward(dys.map((dy) => dy ?? undefined), saved);
        const byInput: Record<string, () => Tensor> = {};
        for (const [i, dx] of gradients.entries()) byInput[i] = dx instanceof Function ? dx : () => dx;
        return byInput;
      },
    });
  }
  for (const tensor of made) if (!tensor.kept) tensor.dispose();
  return outputs;
}

/** Another tensor with the same values, which stays until it is disposed. */
function share({ dataId, shape, dtype }: Tensor): Tensor {
  tf.backend().incRef(dataId);
  return tf.keep(tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }));
}
