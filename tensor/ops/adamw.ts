import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { ParameterMap } from "../parameter_map.ts";
import { adamWReference } from "./adamw_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";

/** What stays the same over a run. */
export type AdamWOptions = {
  /** Decay of the first moment, in [0, 1). */
  readonly beta1: number;
  /** Decay of the second moment, in [0, 1). */
  readonly beta2: number;
  /** Added to the root of the second moment, > 0. */
  readonly epsilon: number;
  /** Decoupled weight decay, ≥ 0. */
  readonly weightDecay: number;
  /** Whether a parameter is decayed; biases, norms, tokens and positions usually are not. */
  readonly decayed: (name: string) => boolean;
};

/** The numbers of one update; `correction1` and `correction2` are 1 − βᵗ. */
export type AdamWRates = Omit<AdamWOptions, "decayed"> & {
  readonly learningRate: number;
  readonly correction1: number;
  readonly correction2: number;
};

/**
 * Adam with decoupled weight decay over a whole parameter map (arXiv:1711.05101, algorithm 2; the learning rate also scales the
 * decay, as in PyTorch). It updates trainable parameters in place and leaves the others alone.
 */
export class AdamW {
  /** Both moments of every trainable parameter, `<name>.m` and `<name>.v`, for checkpoints. */
  readonly state: ParameterMap;
  /** Updates so far; set it together with `state` to resume. */
  numSteps = 0;
  readonly #parameters: ReadonlyMap<string, Variable>;
  readonly #options: AdamWOptions;

  /** Starts with zero moments. */
  constructor(parameters: ParameterMap, options: AdamWOptions) {
    this.#parameters = new Map(Object.entries(parameters).filter(([, parameter]) => parameter.trainable));
    this.#options = options;
    const state: Record<string, Variable> = {};
    for (const [name, parameter] of this.#parameters) {
      for (const moment of ["m", "v"]) {
        state[`${name}.${moment}`] = tf.tidy(() => tf.variable(tf.zeros(parameter.shape), false));
      }
    }
    this.state = state;
  }

  /**
   * One update.
   * @param grads A gradient of the parameter's shape for every trainable parameter, by name.
   * @param learningRate ≥ 0.
   * @throws {TypeError} If a gradient is missing.
   */
  step(grads: Readonly<Record<string, Tensor>>, learningRate: number): void {
    for (const name of this.#parameters.keys()) {
      if (!grads[name]) {
        throw new TypeError(`AdamW has no gradient for ${name}: pass one for every trainable parameter`);
      }
    }
    this.numSteps++;
    const { beta1, beta2, epsilon, weightDecay, decayed } = this.#options;
    const correction1 = 1 - beta1 ** this.numSteps;
    const correction2 = 1 - beta2 ** this.numSteps;
    const fused = hasFusedKernel("AdamW");
    for (const [name, parameter] of this.#parameters) {
      const rates: AdamWRates = {
        learningRate,
        beta1,
        beta2,
        epsilon,
        weightDecay: decayed(name) ? weightDecay : 0,
        correction1,
        correction2,
      };
      const moments = { m: this.state[`${name}.m`]!, v: this.state[`${name}.v`]! };
      if (fused) runFusedKernel("AdamW", { parameter, grad: grads[name]!, ...moments }, rates);
      else adamWReference(parameter, grads[name]!, moments, rates);
    }
  }

  /** Frees the moments. */
  dispose(): void {
    tf.dispose(Object.values(this.state));
  }
}
