import type { ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { draw } from "./_draw.ts";

/**
 * Largest error of the slopes that `grads` say the loss has along random directions, normal in every number, in units of the gradient's
 * length: against central differences of fourth order, at most twice `reach` away.
 */
export function slopeError(
  lossOf: () => number,
  parameters: ParameterMap,
  grads: Readonly<Record<string, Tensor>>,
  names: readonly string[],
  { numDirections = 1, reach = 0.03 } = {},
): number {
  let largest = 0;
  for (let k = 0; k < numDirections; k++) {
    const moves = names.map((name) => draw(`direction ${k} of ${name}`, ...parameters[name]!.shape));
    const starts = names.map((name) => tf.clone(parameters[name]!));
    const sum = (terms: readonly Tensor[]) =>
      terms.reduce((total, term) => total + tf.sum(term).dataSync()[0]!, 0);
    const size = Math.sqrt(sum(moves.map((move) => tf.square(move))));
    const length = Math.sqrt(sum(names.map((name) => tf.square(grads[name]!))));
    const step = reach / size;
    const at = (steps: number) => {
      for (const [i, name] of names.entries()) {
        parameters[name]!.assign(tf.add(starts[i]!, tf.mul(moves[i]!, steps * step)));
      }
      return lossOf();
    };
    const found = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
    at(0);
    const expected = sum(names.map((name, i) => tf.mul(grads[name]!, moves[i]!)));
    largest = Math.max(largest, Math.abs(found - expected) / length);
  }
  return largest;
}
