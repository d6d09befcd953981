import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import { branchScales } from "./_branch_scales.ts";
import { SelfAttention } from "./_self_attention.ts";
import { constantVector } from "./_variables.ts";
import { hiddenDim } from "./hidden_dim.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Mlp } from "./mlp.ts";
import type { Module } from "./module.ts";
import { normalize, type ResidualStream, sumOf } from "./residual_stream.ts";
import type { StagesOptions } from "./stages_options.ts";
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
  /** Added to the variance in norms; 1e-6 if left out. */
  readonly normEpsilon?: number | undefined;
  /** What BEiT's blocks (arXiv:2106.08254) have otherwise; left out for a plain one. */
  readonly beit?: {
    /** Start of both LayerScale vectors, which multiply what a branch adds; 0 for none. */
    readonly layerScaleInit: number;
    /** Which block this is, from 0: the maps that write into the residual stream start with weights over √(2 · (index + 1)). */
    readonly index: number;
    /** Deviation of the weights' start, normal and cut off there; 0.02 for base models. */
    readonly initStd: number;
  } | undefined;
};

/** What the two halves of a block say, before their LayerScale and before they are added. */
export type BlockBranches = {
  /** [B, N, D], what leaves the attention's projection. */
  readonly attention: Tensor3D;
  /** [B, N, D], what leaves the MLP's second map. */
  readonly ffn: Tensor3D;
};

/** What a block gives, and what is seen on the way. */
export type ShownBlock = {
  /** What leaves it. */
  readonly stream: ResidualStream;
  /** [B, N, D], what entered it. */
  readonly entering: Tensor3D;
  /** [B, heads, N, N] before the softmax, of queries (rows) and keys (columns), with the bias; there if asked for. */
  readonly scores?: Tensor4D;
  /** There if asked for. */
  readonly branches?: BlockBranches;
};

/**
 * Pre-norm transformer block, x ← x + attn(norm1(x)), x ← x + mlp(norm2(x)), on tokens [B, N, D] (ViT,
 * arXiv:2010.11929, eq. 2 and 3), with stochastic depth (arXiv:1603.09382). BEiT's has no bias for keys, a LayerScale for each branch, and
 * starts otherwise.
 */
export class Block implements Module {
  readonly #norm1: LayerNorm;
  readonly #attn: SelfAttention;
  readonly #norm2: LayerNorm;
  readonly #mlp: Mlp;
  readonly #dropPathRate: number;
  readonly #gammas: readonly [Variable<Rank.R1>?, Variable<Rank.R1>?];
  /**
   * norm1, attn.qkv, attn.proj, norm2, mlp.fc1 and mlp.fc2, each with weight and bias; BEiT's has attn.q_bias and attn.v_bias in the place of
   * attn.qkv.bias, and gamma_1 and gamma_2 [D].
   */
  readonly parameters: ParameterMap;

  /**
   * A block with random weights, Xavier-uniform in a plain one, and biases of 0.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   */
  constructor(config: BlockConfig, prng: Prng) {
    const { dim, beit, normEpsilon = 1e-6 } = config;
    const init = beit &&
      { inner: { std: beit.initStd }, outer: { std: beit.initStd / Math.sqrt(2 * (beit.index + 1)) } };
    this.#norm1 = new LayerNorm(dim, normEpsilon);
    this.#attn = new SelfAttention(dim, config.numHeads, substream(prng, "attn"), {
      beitBias: beit !== undefined,
      ...(init && { init: init.inner, projInit: init.outer }),
    });
    this.#norm2 = new LayerNorm(dim, normEpsilon);
    this.#mlp = new Mlp(
      dim,
      hiddenDim(dim, config.mlpRatio),
      substream(prng, "mlp"),
      init && { fc1: init.inner, fc2: init.outer },
    );
    this.#dropPathRate = config.dropPathRate;
    const scaleInit = beit?.layerScaleInit ?? 0;
    this.#gammas = scaleInit === 0 ? [] : [constantVector(dim, scaleInit), constantVector(dim, scaleInit)];
    const [gamma1, gamma2] = this.#gammas;
    this.parameters = {
      ...under("norm1", this.#norm1),
      ...under("attn", this.#attn),
      ...under("norm2", this.#norm2),
      ...under("mlp", this.#mlp),
      ...(gamma1 && gamma2 && { gamma_1: gamma1, gamma_2: gamma2 }),
    };
  }

  /**
   * The tokens after attention and MLP.
   * @param tokens [B, N, D].
   * @param dropPath Given while training: sample b skips attention where the stream's number b is below the
   * drop-path rate, and the MLP where number B + b is.
   * @param bias [heads, N, N], or what stretches to [B, heads, N, N]: added to the scores of attention.
   * @returns [B, N, D].
   */
  forward(tokens: Tensor3D, dropPath?: Prng, bias?: Tensor3D | Tensor4D): Tensor3D {
    return tf.tidy(() => sumOf(this.extend({ x: tokens }, dropPath, bias)));
  }

  /**
   * The same between blocks: a sum is left to the norm that comes next.
   * @param stream Tokens [B, N, D].
   * @param dropPath As in `forward()`.
   * @param bias As in `forward()`.
   */
  extend(stream: ResidualStream, dropPath?: Prng, bias?: Tensor3D | Tensor4D): ResidualStream {
    return this.extendShown(stream, dropPath, bias, {}).stream;
  }

  /**
   * The same with what is seen on the way.
   * @param stream Tokens [B, N, D].
   * @param dropPath As in `forward()`.
   * @param bias As in `forward()`.
   * @param options What is shown.
   */
  extendShown(
    stream: ResidualStream,
    dropPath: Prng | undefined,
    bias: Tensor3D | Tensor4D | undefined,
    options: StagesOptions,
  ): ShownBlock {
    return tf.tidy(() => {
      const [attnScale, mlpScale] = branchScales(this.#dropPathRate, stream.x.shape[0], dropPath);
      const { sum: entering, normalized } = normalize(stream, this.#norm1);
      const [gamma1, gamma2] = this.#gammas;
      const { withBranches = false } = options;
      const [inside1, inside2] = withBranches ? [] : [gamma1, gamma2];
      const { tokens: attention, ...shown } = this.#attn.forwardWithScores(
        normalized,
        bias,
        inside1,
        options,
      );
      const attended = withBranches && gamma1 ? tf.mul<Tensor3D>(attention, gamma1) : attention;
      const second = normalize({ x: entering, branch: attended, scale: attnScale }, this.#norm2);
      const ffn = this.#mlp.forward(second.normalized, inside2);
      const branch = withBranches && gamma2 ? tf.mul<Tensor3D>(ffn, gamma2) : ffn;
      return {
        stream: { x: second.sum, branch, scale: mlpScale },
        entering,
        ...shown,
        ...(withBranches && { branches: { attention, ffn } }),
      };
    });
  }
}
