import type { ObjectiveResult } from "@lacuna/objectives";
import { type ParameterMap, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import type { StepResult } from "./pipeline.ts";

/** What a method's forward pass gives. */
export type ForwardResult = ObjectiveResult & {
  /** [B, P], watched for collapse. */
  readonly targets: Tensor2D;
};

/**
 * A step's result from a forward pass: its loss with gradients, its metrics and outputs.
 * @param parameters What to differentiate by.
 * @param forward The forward pass; run once, in a scope of its own.
 */
export function differentiate(parameters: ParameterMap, forward: () => ForwardResult): StepResult {
  let rest: Omit<ForwardResult, "loss"> | undefined;
  const { value: loss, grads } = valueAndGrads(() => {
    const { loss, ...others } = tf.tidy(forward);
    for (const tensor of [others.targets, ...Object.values(others.metrics)]) tf.keep(tensor); // only the loss outlives this scope by itself
    rest = others;
    return loss;
  }, parameters);
  return { loss, grads, ...rest! };
}
