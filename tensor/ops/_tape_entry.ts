import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** What tfjs's engine does for `tf.customGrad()`, which passes on one output only. */
type Engine = {
  runKernelFunc(entry: {
    readonly inputs: Readonly<Record<string, Tensor>>;
    readonly forwardFunc: (backend: unknown, save: (tensors: Tensor[]) => void) => Tensor[];
    readonly backwardsFunc: () => never;
  }): Tensor[];
  isTapeOn(): boolean;
  readonly state: {
    readonly activeTape: {
      readonly saved: Tensor[];
      gradient?: (dys: readonly (Tensor | null | undefined)[]) => Record<string, () => Tensor>;
    }[];
  };
};

/**
 * Runs an operation with several outputs as one entry of the tape.
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
  const engine = tf.engine() as unknown as Engine;
  const outputs = engine.runKernelFunc({
    inputs: Object.fromEntries(inputs.entries()),
    forwardFunc: (_, save) => forward(save),
    backwardsFunc: () => {
      throw new Error("Replaced below");
    },
  });
  if (engine.isTapeOn()) {
    const node = engine.state.activeTape.at(-1)!;
    node.gradient = (dys) => { // tfjs's own would fill in zeros for the missing
      const gradients = backward(dys.map((dy) => dy ?? undefined), node.saved);
      return Object.fromEntries(gradients.map((dx, i) => [i, dx instanceof Function ? dx : () => dx]));
    };
  }
  return outputs;
}
