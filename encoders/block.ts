import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor3D } from "@tensorflow/tfjs-core";
import { type Prng, substream, uniforms } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import { SelfAttention } from "./_self_attention.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Mlp } from "./mlp.ts";
import type { Module } from "./module.ts";
import { normalize, type ResidualStream, sumOf } from "./residual_stream.ts";
import { under } from "./under.ts";

/** Sizes of one self-attention block. */
export type BlockConfig = {
  /** D, the width of a token. */
  readonly dim: number;
  /** Divides D. */
  readonly numHeads: number;
  /** Width of the MLP's hidden layer, in multiples of D. */
  readonly mlpRatio: number;
  /** Probability in [0, 1) that a sample skips a branch while training. */
  readonly dropPathRate: number;
};

/**
 * Pre-norm transformer block, x ← x + attn(norm1(x)), x ← x + mlp(norm2(x)), on tokens [B, N, D] (ViT,
 * arXiv:2010.11929, eq. 2 and 3), with stochastic depth (arXiv:1603.09382) and without LayerScale.
 */
export class Block implements Module {
  readonly #norm1: LayerNorm;
  readonly #attn: SelfAttention;
  readonly #norm2: LayerNorm;
  readonly #mlp: Mlp;
  readonly #dropPathRate: number;
  /** norm1, attn.qkv, attn.proj, norm2, mlp.fc1 and mlp.fc2, each with weight and bias. */
  readonly parameters: ParameterMap;

  /**
   * A block with Xavier-uniform weights and biases of 0.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   */
  constructor(config: BlockConfig, prng: Prng) {
    const { dim } = config;
    this.#norm1 = new LayerNorm(dim, 1e-6);
    this.#attn = new SelfAttention(dim, config.numHeads, substream(prng, "attn"));
    this.#norm2 = new LayerNorm(dim, 1e-6);
    this.#mlp = new Mlp(dim, config.mlpRatio * dim, substream(prng, "mlp"));
    this.#dropPathRate = config.dropPathRate;
    this.parameters = {
      ...under("norm1", this.#norm1),
      ...under("attn", this.#attn),
      ...under("norm2", this.#norm2),
      ...under("mlp", this.#mlp),
    };
  }

  /**
   * The tokens after attention and MLP.
   * @param tokens [B, N, D].
   * @param dropPath Given while training: sample b skips attention where the stream's number b is below the
   * drop-path rate, and the MLP where number B + b is.
   * @returns [B, N, D].
   */
  forward(tokens: Tensor3D, dropPath?: Prng): Tensor3D {
    return tf.tidy(() => sumOf(this.extend({ x: tokens }, dropPath)));
  }

  /**
   * The same between blocks: a sum is left to the norm that comes next.
   * @param stream Tokens [B, N, D].
   * @param dropPath As in `forward()`.
   */
  extend(stream: ResidualStream, dropPath?: Prng): ResidualStream {
    return tf.tidy(() => {
      const [attnScale, mlpScale] = this.#scales(stream.x.shape[0], dropPath);
      const first = normalize(stream, this.#norm1);
      const attended = this.#attn.forward(first.normalized);
      const second = normalize({ x: first.sum, branch: attended, scale: attnScale }, this.#norm2);
      return { x: second.sum, branch: this.#mlp.forward(second.normalized), scale: mlpScale };
    });
  }

  /** What each sample's two branches are multiplied with, [B] each, if not by 1. */
  #scales(batchSize: number, dropPath: Prng | undefined): readonly [Tensor1D?, Tensor1D?] {
    const rate = this.#dropPathRate;
    if (!dropPath || rate === 0) return [];
    const scales = uniforms(2 * batchSize, dropPath).map((u) => u < rate ? 0 : 1 / (1 - rate)); // keeps the expectation
    return [tf.tensor1d(scales.slice(0, batchSize)), tf.tensor1d(scales.slice(batchSize))];
  }
}
