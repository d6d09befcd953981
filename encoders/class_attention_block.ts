import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import { ClassAttention } from "./_class_attention.ts";
import { prepend } from "./_prepend.ts";
import { constantVector } from "./_variables.ts";
import { hiddenDim } from "./hidden_dim.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Mlp } from "./mlp.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** Sizes of one class-attention block. */
export type ClassAttentionBlockConfig = {
  /** D, the width of a token. */
  readonly dim: number;
  /** Divides D. */
  readonly numHeads: number;
  /** Width of the MLP's hidden layer, in multiples of D. */
  readonly mlpRatio: number;
  /** Start of both LayerScale vectors; 0.1 for small and base models. */
  readonly layerScaleInit: number;
};

/**
 * Class-attention block (CaiT, arXiv:2103.17239, §3): the class vector c [B, 1, D] reads the tokens x [B, N,
 * D], which stay as they are. With u = [c, x] it computes c ← c + γ₁ ⊙ attn(norm1(u)), the query from c alone
 * but keys and values from all N + 1 rows, then c ← c + γ₂ ⊙ mlp(norm2(c)).
 */
export class ClassAttentionBlock implements Module {
  readonly #norm1: LayerNorm;
  readonly #attn: ClassAttention;
  readonly #norm2: LayerNorm;
  readonly #mlp: Mlp;
  readonly #gamma1: Variable<Rank.R1>;
  readonly #gamma2: Variable<Rank.R1>;
  /**
   * norm1, attn.q, attn.k, attn.v, attn.proj, norm2, mlp.fc1, mlp.fc2 with weight and bias; gamma_1 [D],
   * gamma_2 [D].
   */
  readonly parameters: ParameterMap;

  /**
   * A block with Xavier-uniform weights and biases of 0.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   */
  constructor(config: ClassAttentionBlockConfig, prng: Prng) {
    const { dim } = config;
    this.#norm1 = new LayerNorm(dim, 1e-6);
    this.#attn = new ClassAttention(dim, config.numHeads, substream(prng, "attn"));
    this.#norm2 = new LayerNorm(dim, 1e-6);
    this.#mlp = new Mlp(dim, hiddenDim(dim, config.mlpRatio), substream(prng, "mlp"));
    this.#gamma1 = constantVector(dim, config.layerScaleInit);
    this.#gamma2 = constantVector(dim, config.layerScaleInit);
    this.parameters = {
      ...under("norm1", this.#norm1),
      ...under("attn", this.#attn),
      ...under("norm2", this.#norm2),
      ...under("mlp", this.#mlp),
      gamma_1: this.#gamma1,
      gamma_2: this.#gamma2,
    };
  }

  /**
   * The class vector after it has read the tokens.
   * @param classToken c [B, 1, D].
   * @param tokens x [B, N, D].
   * @returns The new c [B, 1, D].
   */
  forward(classToken: Tensor3D, tokens: Tensor3D): Tensor3D {
    return tf.tidy(() => {
      const { query, all } = this.#normalize(classToken, tokens);
      const c: Tensor3D = tf.add(classToken, tf.mul(this.#attn.forward(query, all), this.#gamma1));
      return tf.add(c, tf.mul(this.#mlp.forward(this.#norm2.forward(c)), this.#gamma2));
    });
  }

  /**
   * Where the class query looks.
   * @param classToken c [B, 1, D].
   * @param tokens x [B, N, D].
   * @returns [B, heads, N] in [0, 1]; a head's row adds up to 1 less what the class token gives to itself.
   */
  attentionMap(classToken: Tensor3D, tokens: Tensor3D): Tensor3D {
    return tf.tidy(() => {
      const { query, all } = this.#normalize(classToken, tokens);
      const weights = this.#attn.weights(query, all); // [B, heads, 1, N + 1]
      return tf.squeeze<Tensor3D>(tf.slice(weights, [0, 0, 0, 1]), [2]);
    });
  }

  /** norm1 of c [B, 1, D] and of [c, x] [B, N + 1, D], row by row. */
  #normalize(classToken: Tensor3D, tokens: Tensor3D): { query: Tensor3D; all: Tensor3D } {
    const query = this.#norm1.forward(classToken);
    return { query, all: prepend(query, this.#norm1.forward(tokens)) };
  }
}
