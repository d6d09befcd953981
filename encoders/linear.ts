import type { Rank, Tensor, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { linear, type ParameterMap } from "@lacuna/tensor";
import { constantVector, xavierUniform } from "./_variables.ts";
import type { Module } from "./module.ts";

/** Affine map of the last axis, [..., I] → [..., O]; starts with a Xavier-uniform weight and a bias of 0. */
export class Linear implements Module {
  readonly #weight: Variable<Rank.R2>;
  readonly #bias: Variable<Rank.R1>;
  /** weight [I, O], bias [O]. */
  readonly parameters: ParameterMap;

  /**
   * A map with a random weight.
   * @param inDim I.
   * @param outDim O.
   * @param prng Where initial values come from; each parameter has its own substream.
   */
  constructor(inDim: number, outDim: number, prng: Prng) {
    this.#weight = xavierUniform(inDim, outDim, substream(prng, "weight"));
    this.#bias = constantVector(outDim, 0);
    this.parameters = { weight: this.#weight, bias: this.#bias };
  }

  /** x [..., I] → [..., O]. */
  forward<T extends Tensor>(x: T): T {
    return linear(x, this.#weight, this.#bias);
  }
}
