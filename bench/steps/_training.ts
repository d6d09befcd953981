import { AdamW, type ParameterMap, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor } from "@tensorflow/tfjs-core";
import type { Step } from "./step.ts";

/** A training step of one network with one loss: value, gradients, AdamW with MAE's settings. */
export abstract class Training implements Step {
  readonly parameters: ParameterMap;
  readonly #optimizer: AdamW;

  constructor(parameters: ParameterMap) {
    this.parameters = parameters;
    this.#optimizer = new AdamW(parameters, {
      beta1: 0.9,
      beta2: 0.95,
      epsilon: 1e-8,
      weightDecay: 0.05,
      decayed: (name) => parameters[name]!.rank > 1,
    });
  }

  /** The loss of step n, by tfjs's operations on the parameters. */
  abstract loss(step: number): Scalar;

  async take(inspect: (grads: readonly Tensor[]) => void = () => {}): Promise<number> {
    const { value, grads } = valueAndGrads(() => this.loss(this.#optimizer.numSteps), this.parameters);
    this.#optimizer.step(grads, 1e-4);
    const loss = (await value.data())[0]!;
    inspect(Object.values(grads));
    tf.dispose([value, grads]);
    return loss;
  }
}
