import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { gelu, type ParameterMap } from "@lacuna/tensor";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** Feed-forward half of a block, tokens [B, N, D] → [B, N, D], with the exact GELU between its two maps. */
export class Mlp implements Module {
  readonly #fc1: Linear;
  readonly #fc2: Linear;
  /** fc1.weight [D, H], fc1.bias [H], fc2.weight [H, D], fc2.bias [D]. */
  readonly parameters: ParameterMap;

  /**
   * An MLP with Xavier-uniform weights and biases of 0.
   * @param dim D.
   * @param hiddenDim H.
   * @param prng Where initial values come from; each parameter has its own substream.
   */
  constructor(dim: number, hiddenDim: number, prng: Prng) {
    this.#fc1 = new Linear(dim, hiddenDim, substream(prng, "fc1"));
    this.#fc2 = new Linear(hiddenDim, dim, substream(prng, "fc2"));
    this.parameters = { ...under("fc1", this.#fc1), ...under("fc2", this.#fc2) };
  }

  /** tokens [B, N, D] → [B, N, D]. */
  forward(tokens: Tensor3D): Tensor3D {
    return tf.tidy(() => this.#fc2.forward(gelu(this.#fc1.forward(tokens))));
  }
}
