import type { Rank, Tensor, Tensor1D, Variable } from "@tensorflow/tfjs-core";
import { addLayerNorm, layerNorm, type ParameterMap, type ResidualNorm } from "@lacuna/tensor";
import { constantVector } from "./_variables.ts";
import type { Module } from "./module.ts";

/** Layer normalisation of the last axis with a learned scale and shift, which start as 1 and 0. */
export class LayerNorm implements Module {
  readonly #weight: Variable<Rank.R1>;
  readonly #bias: Variable<Rank.R1>;
  readonly #epsilon: number;
  /** weight [D], bias [D]. */
  readonly parameters: ParameterMap;

  /**
   * A norm that starts without scale and shift.
   * @param dim D.
   * @param epsilon Added to the variance; 1e-6 in the encoders, 1e-5 in the heads.
   */
  constructor(dim: number, epsilon: number) {
    this.#weight = constantVector(dim, 1);
    this.#bias = constantVector(dim, 0);
    this.#epsilon = epsilon;
    this.parameters = { weight: this.#weight, bias: this.#bias };
  }

  /** x [..., D] → the same shape. */
  forward<T extends Tensor>(x: T): T {
    return layerNorm(x, this.#weight, this.#bias, this.#epsilon);
  }

  /**
   * x + scale · branch and its normalisation, in one pass over memory.
   * @param x [B, ..., D].
   * @param branch [B, ..., D].
   * @param scale [B], of each sample's branch; 1 if left out.
   */
  afterAdding<T extends Tensor>(x: T, branch: T, scale?: Tensor1D): ResidualNorm<T> {
    return addLayerNorm(x, branch, this.#weight, this.#bias, this.#epsilon, scale);
  }
}
