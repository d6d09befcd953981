import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { mlp, type ParameterMap } from "@lacuna/tensor";
import { Linear, type WeightInit } from "./linear.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** Feed-forward half of a block, tokens [B, N, D] → [B, N, D], with the exact GELU between its two maps. */
export class Mlp implements Module {
  readonly #fc1: Linear;
  readonly #fc2: Linear;
  /** fc1.weight [D, H], fc1.bias [H], fc2.weight [H, D], fc2.bias [D]. */
  readonly parameters: ParameterMap;

  /**
   * An MLP with random weights and biases of 0.
   * @param dim D.
   * @param hiddenDim H.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @param init How the weights start, Xavier-uniform if left out.
   */
  constructor(dim: number, hiddenDim: number, prng: Prng, init: { fc1?: WeightInit; fc2?: WeightInit } = {}) {
    this.#fc1 = new Linear(dim, hiddenDim, substream(prng, "fc1"), init.fc1);
    this.#fc2 = new Linear(hiddenDim, dim, substream(prng, "fc2"), init.fc2);
    this.parameters = { ...under("fc1", this.#fc1), ...under("fc2", this.#fc2) };
  }

  /**
   * tokens [B, N, D] → [B, N, D].
   * @param tokens [B, N, D].
   * @param scale [D], what the output is multiplied with, such as a LayerScale.
   */
  forward(tokens: Tensor3D, scale?: Tensor1D): Tensor3D {
    const { weight: weight1, bias: bias1 } = this.#fc1.parameters;
    const { weight: weight2, bias: bias2 } = this.#fc2.parameters;
    if (!scale) {
      return mlp(tokens, weight1 as Tensor2D, bias1 as Tensor1D, weight2 as Tensor2D, bias2 as Tensor1D);
    }
    return tf.tidy(() => { // into the second map, which has fewer numbers than the tokens
      const [weight, bias] = [tf.mul<Tensor2D>(weight2!, scale), tf.mul<Tensor1D>(bias2!, scale)];
      return mlp(tokens, weight1 as Tensor2D, bias1 as Tensor1D, weight, bias);
    });
  }
}
