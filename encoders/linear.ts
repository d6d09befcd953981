import type { Rank, Tensor, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { linear, type ParameterMap } from "@lacuna/tensor";
import { constantVector, truncatedNormal, xavierUniform } from "./_variables.ts";
import type { Module } from "./module.ts";

/**
 * How a weight starts: "xavier" uniform in ±√(6 / (I + O)), or "beit" normal with deviation 0.02 cut off at ±0.02, or that over a
 * number.
 */
export type WeightInit = "xavier" | "beit" | {
  /** What the deviation is divided by: BEiT's √(2i) for the maps that write into the residual stream of block i, counted from 1. */
  readonly beitOver: number;
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
    const ofWeight = substream(prng, "weight");
    const sigma = 0.02 / (typeof init === "object" ? init.beitOver : 1);
    this.#weight = init === "xavier"
      ? xavierUniform(inDim, outDim, ofWeight)
      : truncatedNormal<Rank.R2>([inDim, outDim], sigma, 1, ofWeight);
    this.#bias = constantVector(outDim, 0);
    this.parameters = { weight: this.#weight, bias: this.#bias };
  }

  /** x [..., I] → [..., O]. */
  forward<T extends Tensor>(x: T): T {
    return linear(x, this.#weight, this.#bias);
  }
}
