import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Variable } from "@tensorflow/tfjs-core";
import type { ParameterMap } from "../parameter_map.ts";
import { requireFollows } from "./_require_follows.ts";
import { adamWReference } from "./adamw_reference.ts";
import { hasFusedKernel, runFusedKernel } from "./fused_kernel.ts";
import { momentumUpdate } from "./momentum_update.ts";

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

/** Who follows the parameters, in the same pass over memory; see {@linkcode momentumUpdate}. */
export type Follower = {
  /** Its names decide which of the parameters count. */
  readonly teacher: ParameterMap;
  /** m in [0, 1] of ξ ← m·ξ + (1 − m)·θ. */
  readonly momentum: number;
};

/**
 * Adam with decoupled weight decay over a whole parameter map (arXiv:1711.05101, algorithm 2; the learning rate also scales the
 * decay, as in PyTorch). It updates trainable parameters in place and leaves the others alone. Moments below the least normal float32
 * are 0 where the device has the kernel.
 */
export class AdamW {
  /** Both moments of every trainable parameter, `<name>.m` and `<name>.v`, for checkpoints. */
  readonly state: ParameterMap;
  /** Updates so far; set it together with `state` to resume. */
  numSteps = 0;
  readonly #all: ParameterMap;
  readonly #names: readonly string[];
  readonly #parameters: readonly Variable[];
  readonly #weightDecays: readonly number[];
  readonly #options: AdamWOptions;

  /** Starts with zero moments. */
  constructor(parameters: ParameterMap, options: AdamWOptions) {
    const trainable = Object.entries(parameters).filter(([, parameter]) => parameter.trainable);
    this.#all = parameters;
    this.#names = trainable.map(([name]) => name);
    this.#parameters = trainable.map(([, parameter]) => parameter);
    this.#weightDecays = this.#names.map((name) => options.decayed(name) ? options.weightDecay : 0);
    this.#options = options;
    const state: Record<string, Variable> = {};
    for (const [name, parameter] of trainable) {
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
   * @param follower Moves after the parameters have moved.
   * @throws {TypeError} If a gradient is missing or has not its parameter's shape, or the teacher has a name that the parameters lack.
   * @throws {RangeError} If the follower's momentum is outside [0, 1].
   */
  step(grads: Readonly<Record<string, Tensor>>, learningRate: number, follower?: Follower): void {
    for (const [i, name] of this.#names.entries()) {
      const [grad, { shape }] = [grads[name], this.#parameters[i]!];
      if (!grad) {
        throw new TypeError(`AdamW has no gradient for ${name}: pass one for every trainable parameter`);
      }
      if (!tf.util.arraysEqual(grad.shape, shape)) {
        throw new TypeError(
          `AdamW cannot update ${name} [${shape}] by a gradient [${grad.shape}]: pass one of the same shape`,
        );
      }
    }
    if (follower) requireFollows(follower.teacher, this.#all, follower.momentum);
    this.numSteps++;
    const { beta1, beta2, epsilon, weightDecay } = this.#options;
    const rates: AdamWRates = {
      learningRate,
      beta1,
      beta2,
      epsilon,
      weightDecay,
      correction1: 1 - beta1 ** this.numSteps,
      correction2: 1 - beta2 ** this.numSteps,
    };
    if (this.#names.length > 0 && hasFusedKernel("AdamW")) this.#stepAtOnce(grads, rates, follower);
    else this.#stepByReference(grads, rates, follower);
  }

  #stepAtOnce(
    grads: Readonly<Record<string, Tensor>>,
    rates: AdamWRates,
    { teacher, momentum }: Follower = { teacher: {}, momentum: 1 },
  ): void {
    const inputs = {
      parameters: this.#parameters,
      grads: this.#names.map((name) => grads[name]!),
      m: this.#names.map((name) => this.state[`${name}.m`]!),
      v: this.#names.map((name) => this.state[`${name}.v`]!),
      teachers: this.#names.map((name) => teacher[name]),
    };
    runFusedKernel("AdamW", inputs, { ...rates, weightDecays: this.#weightDecays, momentum });
    const trainable = new Set(this.#names);
    const others = Object.entries(teacher).filter(([name]) => !trainable.has(name));
    momentumUpdate(Object.fromEntries(others), this.#all, momentum);
  }

  #stepByReference(
    grads: Readonly<Record<string, Tensor>>,
    rates: AdamWRates,
    follower: Follower | undefined,
  ): void {
    for (const [i, name] of this.#names.entries()) {
      const moments = { m: this.state[`${name}.m`]!, v: this.state[`${name}.v`]! };
      const weightDecay = this.#weightDecays[i]!;
      adamWReference(this.#parameters[i]!, grads[name]!, moments, { ...rates, weightDecay });
    }
    if (follower) momentumUpdate(follower.teacher, this.#all, follower.momentum);
  }

  /** Frees the moments. */
  dispose(): void {
    tf.dispose(Object.values(this.state));
  }
}
