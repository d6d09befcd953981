import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor1D, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { attentionScores, linear, type ParameterMap, selfAttention } from "@lacuna/tensor";
import { constantVector } from "./_variables.ts";
import { Linear, type WeightInit } from "./linear.ts";
import type { StagesOptions } from "./stages_options.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** How a map to queries, keys and values differs from the plain one. */
export type SelfAttentionOptions = {
  /** Whether keys have no bias and those of queries and values are parameters of their own, as BEiT has it. */
  readonly beitBias?: boolean;
  readonly init?: WeightInit;
  readonly projInit?: WeightInit;
};

/** What attention gives. */
export type AttendedWithScores = {
  /** [B, N, D]. */
  readonly tokens: Tensor3D;
  /** [B, heads, N, N], q · kᵀ / √(D / heads) + bias; there if asked for. */
  readonly scores?: Tensor4D;
};

/** Multi-head self-attention with one fused map to queries, keys and values, tokens [B, N, D] → [B, N, D]. */
export class SelfAttention implements Module {
  readonly #qkv: Linear;
  readonly #beitBias?: { readonly q: Variable<Rank.R1>; readonly v: Variable<Rank.R1> };
  readonly #proj: Linear;
  readonly #numHeads: number;
  /** qkv.weight [D, 3D], proj.weight [D, D], proj.bias [D]; qkv.bias [3D], or q_bias [D] and v_bias [D]. */
  readonly parameters: ParameterMap;

  constructor(dim: number, numHeads: number, prng: Prng, options: SelfAttentionOptions = {}) {
    this.#qkv = new Linear(dim, 3 * dim, substream(prng, "qkv"), options.init);
    this.#proj = new Linear(dim, dim, substream(prng, "proj"), options.projInit);
    this.#numHeads = numHeads;
    const proj = under("proj", this.#proj);
    if (!options.beitBias) {
      this.parameters = { ...under("qkv", this.#qkv), ...proj };
      return;
    }
    this.#qkv.parameters.bias!.dispose();
    this.#beitBias = { q: constantVector(dim, 0), v: constantVector(dim, 0) };
    const { q, v } = this.#beitBias;
    this.parameters = { "qkv.weight": this.#qkv.parameters.weight!, q_bias: q, v_bias: v, ...proj };
  }

  /**
   * @param bias Stretches to [B, heads, N, N]; added to the scores.
   * @param scale [D], what the output is multiplied with, such as a LayerScale: taken into the projection, which has fewer numbers than the
   * tokens.
   */
  forward(tokens: Tensor3D, bias?: Tensor3D | Tensor4D, scale?: Tensor1D): Tensor3D {
    return this.forwardWithScores(tokens, bias, scale, {}).tokens;
  }

  /** The same with the scores, if they are asked for. */
  forwardWithScores(
    tokens: Tensor3D,
    bias: Tensor3D | Tensor4D | undefined,
    scale: Tensor1D | undefined,
    { withScores = false, scoreBias }: StagesOptions,
  ): AttendedWithScores {
    return tf.tidy(() => {
      const qkv = this.#toQkv(tokens);
      const own = withScores || scoreBias ? attentionScores(qkv, this.#numHeads) : undefined;
      const scores = own && bias ? tf.add<Tensor4D>(own, bias) : own;
      const added = scores && scoreBias?.(scores);
      const total = added && bias ? tf.add<Tensor4D>(bias, added) : added ?? bias;
      const mixed = selfAttention(qkv, this.#numHeads, total);
      const { weight, bias: shift } = this.#proj.parameters;
      const projected = scale
        ? linear(mixed, tf.mul<Tensor2D>(weight!, scale), tf.mul<Tensor1D>(shift!, scale))
        : this.#proj.forward(mixed);
      return { tokens: projected, ...(withScores && scores && { scores }) };
    });
  }

  #toQkv(tokens: Tensor3D): Tensor3D {
    if (!this.#beitBias) return this.#qkv.forward(tokens);
    const { q, v } = this.#beitBias;
    const bias: Tensor1D = tf.concat([q, tf.zerosLike(q), v]);
    return linear(tokens, this.#qkv.parameters.weight as Tensor2D, bias);
  }
}
