import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import { gradients } from "./_gradients.ts";
import type { ParameterMap } from "./parameter_map.ts";

/**
 * A scalar and its gradient with respect to every trainable parameter.
 * @param f Computes the scalar from the parameters; run once.
 * @param parameters What to differentiate by; variables that are not trainable are left out.
 * @returns `value`, and `grads` by the map's names; dispose both.
 * @throws {Error} If `f` does not depend on one of the trainable parameters, which it names.
 */
export function valueAndGrads(
  f: () => Scalar,
  parameters: ParameterMap,
): { value: Scalar; grads: Record<string, Tensor> } {
  const trainable = Object.entries(parameters).filter(([, parameter]) => parameter.trainable);
  const { value, grads } = gradients(f, trainable.map(([, parameter]) => parameter));
  const unused = trainable.filter((_, i) => !grads[i]).map(([name]) => name);
  if (unused.length > 0) {
    tf.dispose([value, grads]);
    throw new Error(
      `The loss does not depend on ${unused.join(", ")}: leave them out or make them not trainable`,
    );
  }
  return { value, grads: Object.fromEntries(trainable.map(([name], i) => [name, grads[i]!])) };
}
