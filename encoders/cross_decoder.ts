import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { gatherTokens, type ParameterMap } from "@lacuna/tensor";
import { tokenPositions } from "./_token_positions.ts";
import { truncatedNormal, variable } from "./_variables.ts";
import { hiddenDim } from "./hidden_dim.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Linear } from "./linear.ts";
import type { MaeDecoderConfig } from "./mae_decoder.ts";
import { Mlp } from "./mlp.ts";
import type { Module } from "./module.ts";
import type { Stages } from "./stages.ts";
import { under } from "./under.ts";

/** Sizes of a {@linkcode CrossDecoder}; depth is 2 in the paper. */
export type CrossDecoderConfig = Omit<MaeDecoderConfig, "normEpsilon">;

/** What a decoder with cross-attention says, and how it came to it. */
export type CrossDecoded = Stages & {
  /** [R, N, P] of each patch, row by row. */
  readonly pred: Tensor3D;
};

/**
 * One of BootMAE's decoders (arXiv:2207.07116, §3.2, and its official code): visible tokens without positions and mask tokens with theirs, in
 * the order of the image, through blocks of self-attention, cross-attention to what some block of the encoder said, and an MLP. A head is
 * ⌊d / heads⌋ wide.
 */
export class CrossDecoder implements Module {
  readonly #config: CrossDecoderConfig;
  readonly #embed: Linear;
  readonly #maskToken: Variable<Rank.R3>;
  readonly #positions: Variable<Rank.R3>;
  readonly #blocks: readonly CrossBlock[];
  readonly #norm: LayerNorm;
  readonly #pred: Linear;
  /**
   * embed, mask_token [1, 1, d], pos_embed [1, 1 + N, d] (not trainable, the row first), blocks.0 … (norm1, attn, norm2, cross_attn, norm3, mlp), norm and
   * pred.
   */
  readonly parameters: ParameterMap;

  /**
   * A decoder with Xavier-uniform weights and biases of 0.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} If the width is not a multiple of 4, or `mlpRatio` times it no whole number.
   */
  constructor(config: CrossDecoderConfig, prng: Prng) {
    const { dim, gridHeight, gridWidth } = config;
    this.#config = config;
    this.#embed = new Linear(config.encoderDim, dim, substream(prng, "embed"));
    this.#maskToken = truncatedNormal<Rank.R3>([1, 1, dim], 0.02, 1, substream(prng, "mask_token"));
    this.#positions = variable<Rank.R3>(
      tokenPositions(gridHeight, gridWidth, dim, "row"),
      [1, 1 + gridHeight * gridWidth, dim],
      false,
    );
    this.#blocks = Array.from(
      { length: config.depth },
      (_, i) => new CrossBlock(config, substream(prng, `blocks.${i}`)),
    );
    this.#norm = new LayerNorm(dim, 1e-6);
    this.#pred = new Linear(dim, config.outDim, substream(prng, "pred"));
    this.parameters = {
      ...under("embed", this.#embed),
      mask_token: this.#maskToken,
      pos_embed: this.#positions,
      ...Object.assign({}, ...this.#blocks.map((block, i) => under(`blocks.${i}`, block))),
      ...under("norm", this.#norm),
      ...under("pred", this.#pred),
    };
  }

  /**
   * What it predicts of every patch, the visible ones too.
   * @param tokens [R, 1 + V, D] of the encoder's last block, class token first.
   * @param context [R, 1 + V, D] of the block that cross-attention looks at.
   * @param restore [R, N] int32, where each patch stands in the row's visible ones followed by its masked ones; see `restoreOrder()`.
   * @throws {TypeError} If the rows or patches do not fit.
   */
  forward(tokens: Tensor3D, context: Tensor3D, restore: Tensor2D): CrossDecoded {
    const [numRows, numTokens, encoderDim] = tokens.shape;
    const { dim, gridHeight, gridWidth } = this.#config;
    const numPatches = gridHeight * gridWidth;
    if (
      `${restore.shape}` !== `${[numRows, numPatches]}` || encoderDim !== this.#config.encoderDim ||
      `${context.shape}` !== `${tokens.shape}` || numTokens > 1 + numPatches
    ) {
      throw new TypeError(
        `A decoder of ${numPatches} patches and width ${this.#config.encoderDim} cannot take tokens [${tokens.shape}] ` +
          `and context [${context.shape}] in the order [${restore.shape}]`,
      );
    }
    return tf.tidy(() => {
      const numMasked = numPatches - (numTokens - 1);
      const visible = this.#embed.forward(tokens); // [R, 1 + V, d]
      const order = tf.concat([tf.zeros([numRows, 1], "int32"), tf.add(restore, 1)], 1) as Tensor2D; // the class token stays first
      const masks: Tensor2D = tf.matMul(
        tf.ones([numRows * numMasked, 1]),
        tf.reshape(this.#maskToken, [1, dim]),
      );
      const all = tf.concat([visible, tf.reshape<Rank.R3>(masks, [numRows, numMasked, dim])], 1) as Tensor3D;
      const isMasked = tf.cast(tf.greaterEqual(order, numTokens), "float32");
      const positions = tf.mul<Tensor3D>(this.#positions, tf.expandDims(isMasked, -1));
      const stages = [tf.add<Tensor3D>(gatherTokens(all, tf.cast(order, "int32")), positions)];
      const scores: Tensor4D[] = [];
      for (const [i, block] of this.#blocks.entries()) {
        const next = block.forward(stages[i]!, context);
        stages.push(next.tokens);
        scores.push(next.scores);
      }
      const decoded = this.#norm.forward(stages.at(-1)!);
      return { stages, scores, pred: this.#pred.forward(tf.slice(decoded, [0, 1, 0], [-1, -1, -1])) };
    });
  }
}

/** Pre-norm self-attention, cross-attention and MLP, each added to what it was given. */
class CrossBlock implements Module {
  readonly #norm1: LayerNorm;
  readonly #attn: Attention;
  readonly #norm2: LayerNorm;
  readonly #cross: Attention;
  readonly #norm3: LayerNorm;
  readonly #mlp: Mlp;
  readonly parameters: ParameterMap;

  constructor({ dim, encoderDim, numHeads, mlpRatio }: CrossDecoderConfig, prng: Prng) {
    this.#norm1 = new LayerNorm(dim, 1e-6);
    this.#attn = new Attention(dim, dim, numHeads, substream(prng, "attn"));
    this.#norm2 = new LayerNorm(dim, 1e-6);
    this.#cross = new Attention(dim, encoderDim, numHeads, substream(prng, "cross_attn"));
    this.#norm3 = new LayerNorm(dim, 1e-6);
    this.#mlp = new Mlp(dim, hiddenDim(dim, mlpRatio), substream(prng, "mlp"));
    this.parameters = {
      ...under("norm1", this.#norm1),
      ...under("attn", this.#attn),
      ...under("norm2", this.#norm2),
      ...under("cross_attn", this.#cross),
      ...under("norm3", this.#norm3),
      ...under("mlp", this.#mlp),
    };
  }

  forward(tokens: Tensor3D, context: Tensor3D): { tokens: Tensor3D; scores: Tensor4D } {
    const normalized = this.#norm1.forward(tokens);
    const own = this.#attn.forward(normalized, normalized);
    const first = this.#norm2.afterAdding(tokens, own.attended);
    const second = this.#norm3.afterAdding(
      first.sum,
      this.#cross.forward(first.normalized, context).attended,
    );
    return { tokens: tf.add(second.sum, this.#mlp.forward(second.normalized)), scores: own.scores };
  }
}

/** Multi-head attention of queries to keys of another width; a head is ⌊d / heads⌋ wide. */
class Attention implements Module {
  readonly #q: Linear;
  readonly #k: Linear;
  readonly #v: Linear;
  readonly #proj: Linear;
  readonly #numHeads: number;
  readonly parameters: ParameterMap; // q [d, I], k and v [D, I], proj [I, d], each with a bias; I = heads · ⌊d / heads⌋

  constructor(dim: number, contextDim: number, numHeads: number, prng: Prng) {
    const innerDim = numHeads * Math.floor(dim / numHeads);
    this.#q = new Linear(dim, innerDim, substream(prng, "q"));
    this.#k = new Linear(contextDim, innerDim, substream(prng, "k"));
    this.#v = new Linear(contextDim, innerDim, substream(prng, "v"));
    this.#proj = new Linear(innerDim, dim, substream(prng, "proj"));
    this.#numHeads = numHeads;
    this.parameters = {
      ...under("q", this.#q),
      ...under("k", this.#k),
      ...under("v", this.#v),
      ...under("proj", this.#proj),
    };
  }

  forward(queries: Tensor3D, context: Tensor3D): { attended: Tensor3D; scores: Tensor4D } {
    const heads = (x: Tensor3D): Tensor4D =>
      tf.transpose(tf.reshape(x, [x.shape[0], x.shape[1], this.#numHeads, -1]), [0, 2, 1, 3]);
    const q = heads(this.#q.forward(queries)),
      k = heads(this.#k.forward(context)),
      v = heads(this.#v.forward(context));
    const scores: Tensor4D = tf.mul(tf.matMul(q, k, false, true), q.shape[3] ** -0.5);
    const mixed = tf.transpose(tf.matMul(tf.softmax(scores), v), [0, 2, 1, 3]);
    const joined: Tensor3D = tf.reshape(mixed, [queries.shape[0], queries.shape[1], -1]);
    return { attended: this.#proj.forward(joined), scores };
  }
}
