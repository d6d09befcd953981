import type { Rank, Tensor2D, Variable } from "@tensorflow/tfjs-core";
import { batchNorm, type ParameterMap } from "@lacuna/tensor";
import { constantVector } from "./_variables.ts";
import type { Module } from "./module.ts";

/**
 * Batch normalisation of [R, D] with the batch's own statistics and a learned scale and shift, which start as
 * 1 and 0.
 */
export class BatchNorm implements Module {
  readonly #weight: Variable<Rank.R1>;
  readonly #bias: Variable<Rank.R1>;
  readonly #epsilon: number;
  readonly parameters: ParameterMap; // weight [D], bias [D]

  constructor(dim: number, epsilon: number) {
    this.#weight = constantVector(dim, 1);
    this.#bias = constantVector(dim, 0);
    this.#epsilon = epsilon;
    this.parameters = { weight: this.#weight, bias: this.#bias };
  }

  forward(x: Tensor2D): Tensor2D {
    return batchNorm(x, this.#weight, this.#bias, this.#epsilon);
  }
}
