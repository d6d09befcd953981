import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { normals, type Prng, substream } from "@lacuna/random";
import { gatherTokens, gelu, layerNorm, type ParameterMap } from "@lacuna/tensor";
import { GroupedConv2d } from "./grouped_conv2d.ts";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** Sizes of a `ConvDecoder`. */
export type ConvDecoderConfig = {
  /** D, the width of the encoder's tokens and of what is predicted. */
  readonly encoderDim: number;
  /** Rows of patches. */
  readonly gridHeight: number;
  /** Columns of patches. */
  readonly gridWidth: number;
  /** Channels of the layers; 768 in the base model. */
  readonly dim: number;
  /** Number of layers; 6 in the base model. */
  readonly depth: number;
  /** K, odd; 3 in the base model. */
  readonly kernelSize: number;
  /** G, divides both widths; 16 in the paper. */
  readonly groups: number;
};

/**
 * data2vec 2.0's decoder (arXiv:2212.07525, §3.2 and its official code): visible tokens in their places and a little noise in those of the
 * masked ones, through a few layers of grouped convolution, layer norm without scale and shift, and GELU, each added to what it is of the same
 * width, then one linear map. No mask token is learned and no position added.
 */
export class ConvDecoder implements Module {
  readonly #config: ConvDecoderConfig;
  readonly #layers: readonly GroupedConv2d[];
  readonly #proj: Linear;
  /** blocks.0 … and proj, each with weight and bias. */
  readonly parameters: ParameterMap;

  /**
   * A decoder with random weights.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} If the kernel is even or the groups do not divide the widths.
   */
  constructor(config: ConvDecoderConfig, prng: Prng) {
    const { encoderDim, dim, depth, kernelSize, groups } = config;
    this.#config = config;
    this.#layers = Array.from(
      { length: depth },
      (_, i) =>
        new GroupedConv2d(
          i === 0 ? encoderDim : dim,
          dim,
          kernelSize,
          groups,
          substream(prng, `blocks.${i}`),
        ),
    );
    this.#proj = new Linear(dim, encoderDim, substream(prng, "proj"));
    this.parameters = {
      ...Object.assign({}, ...this.#layers.map((layer, i) => under(`blocks.${i}`, layer))),
      ...under("proj", this.#proj),
    };
  }

  /**
   * What it predicts of every patch, the visible ones too.
   * @param visible [R, V, D] of the encoder, without a class token.
   * @param restore [R, N] int32, where each patch stands in the row's visible ones followed by its masked ones; see `restoreOrder()`.
   * @param noise Where the noise comes from, another for each step; its deviation is 0.01.
   * @returns [R, N, D].
   * @throws {TypeError} If the rows or patches do not fit.
   */
  forward(visible: Tensor3D, restore: Tensor2D, noise: Prng): Tensor3D {
    const [numRows, numVisible, encoderDim] = visible.shape;
    const { gridHeight, gridWidth, dim } = this.#config;
    const numPatches = gridHeight * gridWidth;
    if (
      `${restore.shape}` !== `${[numRows, numPatches]}` || encoderDim !== this.#config.encoderDim ||
      numVisible > numPatches
    ) {
      throw new TypeError(
        `A decoder of ${numPatches} patches and width ${this.#config.encoderDim} cannot take tokens [${visible.shape}] ` +
          `in the order [${restore.shape}]`,
      );
    }
    return tf.tidy(() => {
      const numMasked = numPatches - numVisible;
      const drawn = normals(numRows * numMasked * encoderDim, noise);
      for (let i = 0; i < drawn.length; i++) drawn[i]! *= 0.01;
      const patches = tf.concat(
        [visible, tf.tensor3d(drawn, [numRows, numMasked, encoderDim])],
        1,
      ) as Tensor3D;
      let grid: Tensor4D = tf.reshape(gatherTokens(patches, restore), [
        numRows,
        gridHeight,
        gridWidth,
        encoderDim,
      ]);
      const [scale, shift]: Tensor1D[] = [tf.ones([dim]), tf.zeros([dim])];
      for (const layer of this.#layers) {
        const next = gelu(layerNorm(layer.forward(grid), scale!, shift!, 1e-5));
        grid = grid.shape[3] === dim ? tf.add<Tensor4D>(grid, next) : next;
      }
      return this.#proj.forward(tf.reshape<Rank.R3>(grid, [numRows, numPatches, dim]));
    });
  }
}
