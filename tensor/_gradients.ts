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
      for (const { saved } of tape) free(saved); // what an error left
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
  const path = tape.filter((node) => {
    const depends = inputsOf(node, dependent).length > 0;
    if (depends) { for (const { id } of node.outputs) dependent.add(id); }
    else free(node.saved);
    return depends;
  });
  const grads = new Map<number, Tensor>([[value.id, tf.onesLike(value)]]);
  for (const node of path.reverse()) {
    const dys = node.outputs.map(({ id }) => grads.get(id));
    if (dys.some((dy) => dy !== undefined)) { // it leads to the value
      for (const { id } of node.outputs) grads.delete(id);
      const names = inputsOf(node, dependent);
      for (const [i, dx] of inputGradients(node, names, dys).entries()) {
        const { id } = node.inputs[names[i]!]!;
        const sum = grads.get(id);
        grads.set(id, sum ? accumulate(sum, dx) : dx);
      }
      free(dys);
    }
    free(node.saved);
  }
  return grads;
}

/** Names of a node's inputs that depend on a parameter. */
function inputsOf({ inputs }: TapeNode, dependent: ReadonlySet<number>): string[] {
  return Object.keys(inputs).filter((name) => dependent.has(inputs[name]!.id));
}

/** As `tf.dispose()`, which looks for tensors in all that a container refers to. */
function free(tensors: readonly (Tensor | undefined)[] = []): void {
  for (const tensor of tensors) tensor?.dispose();
}

/**
 * The gradients by some inputs of a node. Nothing else of what it computes stays, as after `tf.tidy()`. A gradient function may hand back
 * a tensor that others hold too, or one tensor twice; what comes out here is the caller's alone.
 */
function inputGradients(
  { kernelName, gradient, inputs }: TapeNode,
  names: readonly string[],
  dys: readonly (Tensor | undefined)[],
): Tensor[] {
  if (!gradient) throw new Error(`Cannot differentiate ${kernelName}: tfjs has no gradient of it`);
  const { activeScope: { track } } = tf.engine().state;
  const numBefore = track.length;
  const byInput = gradient(dys as Tensor[]); // zeros stand in for the missing
  const dxs: Tensor[] = [];
  for (const name of names) {
    const dx = byInput[name]!();
    const { shape } = inputs[name]!;
    if (!tf.util.arraysEqual(dx.shape, shape)) {
      throw new Error(
        `The gradient of ${kernelName} by its input ${name} is [${dx.shape}], the input [${shape}]: they must be alike`,
      );
    }
    const isOwn = track.indexOf(dx, numBefore) >= 0 && !dxs.includes(dx);
    dxs.push(isOwn ? dx : tf.clone(dx));
  }
  for (const tensor of track.splice(numBefore)) if (!tensor.kept && !dxs.includes(tensor)) tensor.dispose();
  track.push(...dxs);
  return dxs;
}
