import type { ObjectiveResult } from "@lacuna/objectives";
import { type ParameterMap, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { StepResult } from "./pipeline.ts";

/** What a method's forward pass gives. */
export type ForwardResult = ObjectiveResult & {
  /** [B, P], watched for collapse. */
  readonly targets: Tensor2D;
};

/**
 * A step's result from a forward pass: its loss with gradients, its metrics and outputs.
 * @param parameters What to differentiate by.
 * @param forward The forward pass; run once, in a scope of its own, with what `teach` gave.
 * @param teach What the teacher says, in a scope before it: nothing of that is kept for gradients that nobody asks for.
 */
export function differentiate<Taught extends Record<string, Tensor> = Record<never, never>>(
  parameters: ParameterMap,
  forward: (taught: Taught) => ForwardResult,
  teach: () => Taught = () => ({}) as Taught,
): StepResult {
  const taught = tf.tidy(teach);
  let rest: Omit<ForwardResult, "loss"> | undefined;
  const { value: loss, grads } = valueAndGrads(() => {
    const { loss, ...others } = tf.tidy(() => forward(taught));
    for (const tensor of [others.targets, ...Object.values(others.metrics)]) tf.keep(tensor); // only the loss outlives this scope by itself
    rest = others;
    return loss;
  }, parameters);
  const { targets, metrics } = rest!;
  tf.dispose(Object.values(taught).filter((tensor) => tensor !== targets));
  return { loss, grads, targets, metrics };
}
