import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import { normals, type Prng, substream } from "@lacuna/random";
import { gatherTokens, type ParameterMap } from "@lacuna/tensor";
import { prepend } from "./_prepend.ts";
import { tokenPositions } from "./_token_positions.ts";
import { variable } from "./_variables.ts";
import { Block } from "./block.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { runStages, type Stages } from "./stages.ts";
import type { StagesOptions } from "./stages_options.ts";
import { under } from "./under.ts";

/** Sizes of a `MaeDecoder`. */
export type MaeDecoderConfig = {
  /** D, the width of the encoder's tokens. */
  readonly encoderDim: number;
  /** Rows of patches. */
  readonly gridHeight: number;
  /** Columns of patches. */
  readonly gridWidth: number;
  /** d, the width of its own tokens; a multiple of 4 and of `numHeads`; 512 in the paper. */
  readonly dim: number;
  /** Number of blocks; 8 in the paper. */
  readonly depth: number;
  /** Heads of every attention; 16 in the paper. */
  readonly numHeads: number;
  /** Width of an MLP's hidden layer, in multiples of d. */
  readonly mlpRatio: number;
  /** P, the numbers to predict of a patch: p·p·C for pixels. */
  readonly outDim: number;
  /** Added to the variance in norms; 1e-6 if left out. */
  readonly normEpsilon?: number | undefined;
};

/** What a decoder says, and how it came to it. */
export type Decoded = Stages & {
  /** [R, N, P] of each patch, row by row. */
  readonly pred: Tensor3D;
};

/**
 * MAE's decoder (arXiv:2111.06377, §3 "MAE decoder"): visible tokens and mask tokens in the order of the image, with positions, through a few
 * blocks to the numbers of each patch. Parameters have the official names; a weight is [in, out].
 */
export class MaeDecoder implements Module {
  /** The sizes it was built with. */
  readonly config: MaeDecoderConfig;
  /** Its blocks, first to last. */
  readonly blocks: readonly Block[];
  readonly #embed: Linear;
  readonly #maskToken: Variable<Rank.R3>;
  readonly #positions: Variable<Rank.R3>;
  readonly #norm: LayerNorm;
  readonly #pred: Linear;
  /**
   * decoder_embed, mask_token [1, 1, d], decoder_pos_embed [1, 1 + N, d] (not trainable), decoder_blocks.0 …, decoder_norm and
   * decoder_pred.
   */
  readonly parameters: ParameterMap;

  /**
   * A decoder with Xavier-uniform weights and biases of 0.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} If the width is not a multiple of 4, or `mlpRatio` times it no whole number.
   */
  constructor(config: MaeDecoderConfig, prng: Prng) {
    const { dim, gridHeight, gridWidth, depth } = config;
    this.config = config;
    this.#embed = new Linear(config.encoderDim, dim, substream(prng, "decoder_embed"));
    this.#maskToken = variable<Rank.R3>(
      normals(dim, substream(prng, "mask_token")).map((z) => 0.02 * z),
      [1, 1, dim],
    );
    this.#positions = variable<Rank.R3>(
      tokenPositions(gridHeight, gridWidth, dim),
      [1, 1 + gridHeight * gridWidth, dim],
      false,
    );
    this.blocks = Array.from(
      { length: depth },
      (_, i) => new Block({ ...config, dropPathRate: 0 }, substream(prng, `decoder_blocks.${i}`)),
    );
    this.#norm = new LayerNorm(dim, config.normEpsilon ?? 1e-6);
    this.#pred = new Linear(dim, config.outDim, substream(prng, "decoder_pred"));
    this.parameters = {
      ...under("decoder_embed", this.#embed),
      mask_token: this.#maskToken,
      decoder_pos_embed: this.#positions,
      ...Object.assign({}, ...this.blocks.map((block, i) => under(`decoder_blocks.${i}`, block))),
      ...under("decoder_norm", this.#norm),
      ...under("decoder_pred", this.#pred),
    };
  }

  /**
   * What it predicts of every patch, the visible ones too.
   * @param tokens [R, 1 + V, D] of the encoder, class token first.
   * @param restore [R, N] int32, where each patch stands in the row's visible ones followed by its masked ones; see `restoreOrder()`.
   * @param options What is shown besides.
   * @throws {TypeError} If the rows or patches do not fit.
   */
  forward(tokens: Tensor3D, restore: Tensor2D, options: StagesOptions = {}): Decoded {
    const [numRows, numTokens, encoderDim] = tokens.shape;
    const { dim, gridHeight, gridWidth } = this.config;
    const numPatches = gridHeight * gridWidth;
    if (
      `${restore.shape}` !== `${[numRows, numPatches]}` || encoderDim !== this.config.encoderDim ||
      numTokens > 1 + numPatches
    ) {
      throw new TypeError(
        `A decoder of ${numPatches} patches and width ${this.config.encoderDim} cannot take tokens [${tokens.shape}] ` +
          `in the order [${restore.shape}]`,
      );
    }
    return tf.tidy(() => {
      const visible = this.#embed.forward(tokens); // [R, 1 + V, d]
      const numMasked = numPatches - (numTokens - 1);
      const masks: Tensor2D = tf.matMul(
        tf.ones([numRows * numMasked, 1]),
        tf.reshape(this.#maskToken, [1, dim]),
      );
      const patches = tf.concat([
        tf.slice(visible, [0, 1, 0], [-1, -1, -1]),
        tf.reshape<Rank.R3>(masks, [numRows, numMasked, dim]),
      ], 1) as Tensor3D;
      const inOrder = prepend(tf.slice(visible, [0, 0, 0], [-1, 1, -1]), gatherTokens(patches, restore));
      const shown = runStages(this.blocks, tf.add(inOrder, this.#positions), undefined, options);
      const decoded = this.#norm.forward(shown.stages.at(-1)!);
      return { ...shown, pred: this.#pred.forward(tf.slice(decoded, [0, 1, 0], [-1, -1, -1])) };
    });
  }
}
