import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import { accumulate } from "./ops/accumulate.ts";

/** What tfjs's tape holds of one operation. */
type TapeNode = ReturnType<typeof tf.engine>["state"]["activeTape"][number];

/**
 * What `tf.engine().gradients()` finds, to the bit, in about half of its memory: there all that the forward pass saved and every gradient
 * on the way stay until the end, here each goes as soon as nothing needs it any more.
 * @returns The scalar, and its gradient by each of `xs`, `undefined` by those that it does not depend on.
 */
export function gradients(
  f: () => Scalar,
  xs: readonly Tensor[],
): { value: Scalar; grads: (Tensor | undefined)[] } {
  const engine = tf.engine();
  if (engine.state.gradientDepth > 0) return engine.gradients(f, [...xs], undefined, true); // the tape is still needed outside
  return tf.tidy(() => {
    const tape: TapeNode[] = engine.state.activeTape = [];
    try {
      const value = recorded(f);
      const found = walkBack(tape, value, xs);
      return { value, grads: xs.map(({ id }) => found.get(id)) };
    } finally {
      for (const { saved } of tape) tf.dispose(saved); // what an error left
      engine.state.activeTape = [];
    }
  });
}

function recorded(f: () => Scalar): Scalar {
  const { state } = tf.engine();
  state.gradientDepth++;
  try {
    return tf.tidy(f);
  } finally {
    state.gradientDepth--;
  }
}

/** The gradients of `value` by tensor id, in the end those by the leaves alone. */
function walkBack(tape: readonly TapeNode[], value: Scalar, xs: readonly Tensor[]): Map<number, Tensor> {
  const dependent = new Set(xs.map(({ id }) => id));
  const path = tape.filter(({ inputs, outputs, saved }) => {
    const depends = Object.values(inputs).some(({ id }) => dependent.has(id));
    if (depends) { for (const { id } of outputs) dependent.add(id); }
    else tf.dispose(saved);
    return depends;
  });
  const grads = new Map<number, Tensor>([[value.id, tf.onesLike(value)]]);
  for (const node of path.reverse()) {
    const dys = node.outputs.map(({ id }) => grads.get(id));
    if (dys.some((dy) => dy !== undefined)) { // it leads to the value
      for (const { id } of node.outputs) grads.delete(id);
      const inputs = Object.entries(node.inputs).filter(([, { id }]) => dependent.has(id));
      for (const [i, dx] of inputGradients(node, inputs, dys).entries()) {
        const { id } = inputs[i]![1];
        const sum = grads.get(id);
        grads.set(id, sum ? accumulate(sum, dx) : dx);
      }
      tf.dispose(dys);
    }
    tf.dispose(node.saved);
  }
  return grads;
}

/** A gradient function may hand back a tensor that others hold too, or one tensor twice; what comes out here is the caller's alone. */
function inputGradients(
  { kernelName, gradient }: TapeNode,
  inputs: readonly (readonly [string, Tensor])[],
  dys: readonly (Tensor | undefined)[],
): Tensor[] {
  if (!gradient) throw new Error(`Cannot differentiate ${kernelName}: tfjs has no gradient of it`);
  return tf.tidy(() => {
    const { id } = tf.engine().state.activeScope;
    const byInput = gradient(dys as Tensor[]); // zeros stand in for the missing
    const seen = new Set<Tensor>();
    return inputs.map(([name, x]) => {
      const dx = byInput[name]!();
      if (!tf.util.arraysEqual(dx.shape, x.shape)) {
        throw new Error(
          `The gradient of ${kernelName} by its input ${name} is [${dx.shape}], the input [${x.shape}]: they must be alike`,
        );
      }
      const isOwn = dx.scopeId === id && !seen.has(dx);
      seen.add(dx);
      return isOwn ? dx : tf.clone(dx);
    });
  });
}
