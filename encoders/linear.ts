import type { Rank, Tensor, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { linear, type ParameterMap } from "@lacuna/tensor";
import { constantVector, initialWeight } from "./_variables.ts";
import type { Module } from "./module.ts";

/** How a weight starts: "xavier" uniform in ±√(6 / (I + O)), or normal, cut off at the deviation, which is 0.02 with "beit". */
export type WeightInit = "xavier" | "beit" | {
  /** The deviation. */
  readonly std: number;
};

/** Affine map of the last axis, [..., I] → [..., O]; starts with a random weight and a bias of 0. */
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
   * @param init How the weight starts; Xavier-uniform if left out.
   */
  constructor(inDim: number, outDim: number, prng: Prng, init: WeightInit = "xavier") {
    this.#weight = initialWeight(inDim, outDim, init, substream(prng, "weight"));
    this.#bias = constantVector(outDim, 0);
    this.parameters = { weight: this.#weight, bias: this.#bias };
  }

  /** x [..., I] → [..., O]. */
  forward<T extends Tensor>(x: T): T {
    return linear(x, this.#weight, this.#bias);
  }
}
