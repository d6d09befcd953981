import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import { branchScales } from "./_branch_scales.ts";
import { SelfAttention } from "./_self_attention.ts";
import type { BlockConfig } from "./block.ts";
import { hiddenDim } from "./hidden_dim.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Mlp } from "./mlp.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** What a post-norm block gives. */
export type PostNormOutput = {
  /** [B, N, D], what goes on. */
  readonly tokens: Tensor3D;
  /** [B, N, D], what the MLP said before it was added: a target of data2vec's. */
  readonly ffn: Tensor3D;
};

/**
 * Post-norm transformer block on tokens [B, N, D], r = norm1(x + attn(x)), x ← norm2(r + mlp(r)) (arXiv:1706.03762, §3.1), as data2vec 2.0
 * has it (arXiv:2212.07525).
 */
export class PostNormBlock implements Module {
  readonly #attn: SelfAttention;
  readonly #norm1: LayerNorm;
  readonly #mlp: Mlp;
  readonly #norm2: LayerNorm;
  readonly #dropPathRate: number;
  /** attn.qkv, attn.proj, norm1, mlp.fc1, mlp.fc2 and norm2, each with weight and bias. */
  readonly parameters: ParameterMap;

  /**
   * A block with random weights, normal with a deviation of 0.02, and biases of 0.
   * @param config Sizes; nothing is dropped without a rate.
   * @param prng Where initial values come from; each parameter has its own substream.
   */
  constructor(
    config: Omit<BlockConfig, "dropPathRate" | "beit"> & Partial<Pick<BlockConfig, "dropPathRate">>,
    prng: Prng,
  ) {
    const { dim, numHeads, mlpRatio, normEpsilon = 1e-6, dropPathRate = 0 } = config;
    this.#dropPathRate = dropPathRate;
    this.#attn = new SelfAttention(dim, numHeads, substream(prng, "attn"), {
      init: "beit",
      projInit: "beit",
    });
    this.#norm1 = new LayerNorm(dim, normEpsilon);
    this.#mlp = new Mlp(dim, hiddenDim(dim, mlpRatio), substream(prng, "mlp"), { fc1: "beit", fc2: "beit" });
    this.#norm2 = new LayerNorm(dim, normEpsilon);
    this.parameters = {
      ...under("attn", this.#attn),
      ...under("norm1", this.#norm1),
      ...under("mlp", this.#mlp),
      ...under("norm2", this.#norm2),
    };
  }

  /**
   * tokens [B, N, D] → the same shape, with what the MLP said.
   * @param dropPath Given while training, as `Block` has it.
   */
  forward(tokens: Tensor3D, dropPath?: Prng): PostNormOutput {
    return tf.tidy(() => {
      const [ofAttention, ofMlp] = branchScales(this.#dropPathRate, tokens.shape[0], dropPath);
      const { normalized } = this.#norm1.afterAdding(tokens, this.#attn.forward(tokens), ofAttention);
      const ffn = this.#mlp.forward(normalized);
      return { tokens: this.#norm2.afterAdding(normalized, ffn, ofMlp).normalized, ffn };
    });
  }
}
