import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { type ParameterMap, selfAttention } from "@lacuna/tensor";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** Multi-head self-attention with one fused map to queries, keys and values, tokens [B, N, D] → [B, N, D]. */
export class SelfAttention implements Module {
  readonly #qkv: Linear;
  readonly #proj: Linear;
  readonly #numHeads: number;
  readonly parameters: ParameterMap; // qkv.weight [D, 3D], qkv.bias [3D], proj.weight [D, D], proj.bias [D]

  constructor(dim: number, numHeads: number, prng: Prng) {
    this.#qkv = new Linear(dim, 3 * dim, substream(prng, "qkv"));
    this.#proj = new Linear(dim, dim, substream(prng, "proj"));
    this.#numHeads = numHeads;
    this.parameters = { ...under("qkv", this.#qkv), ...under("proj", this.#proj) };
  }

  forward(tokens: Tensor3D): Tensor3D {
    return tf.tidy(() => this.#proj.forward(selfAttention(this.#qkv.forward(tokens), this.#numHeads)));
  }
}
