import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { normals, type Prng, stream, substream } from "@lacuna/random";
import { gatherTokens, type ParameterMap } from "@lacuna/tensor";
import { checkConfig } from "./_check_config.ts";
import { layerVector } from "./_layer_vector.ts";
import { prepend } from "./_prepend.ts";
import { tokenPositions } from "./_token_positions.ts";
import { tunable } from "./_tunable.ts";
import { truncatedNormal, variable } from "./_variables.ts";
import { Block } from "./block.ts";
import { forwardBlocks } from "./forward_blocks.ts";
import { LayerNorm } from "./layer_norm.ts";
import { PatchEmbedding } from "./patch_embedding.ts";
import type { PatchTransformerConfig } from "./patch_transformer_config.ts";
import { RelativePositionBias } from "./relative_position_bias.ts";
import { type BranchedStages, runStages } from "./stages.ts";
import type { StagesOptions } from "./stages_options.ts";
import type { PatchTokens, TokenEncoder } from "./token_encoder.ts";
import { under } from "./under.ts";

/** What one forward pass sees of the images. */
export type PatchTransformerOptions = {
  /** [K·B, V] int32, the patches that are there at all, mask-major: row i·B + b is mask i of image b. All when left out. Not with relative positions. */
  readonly keep?: Tensor2D | undefined;
  /** [B, N], 1 = the mask token takes the patch's place, before positions; 0 = the patch. None when left out. */
  readonly mask?: Tensor2D | undefined;
  /** Given while training: where drop path takes its numbers from. Without it nothing is dropped. */
  readonly dropPath?: Prng | undefined;
};

/** What a `PatchTransformer` shows of a forward pass. */
export type EncodedStages = BranchedStages & {
  /** [R, 1 + V, D], what leaves the last block, normalised. */
  readonly tokens: Tensor3D;
};

/**
 * Vision transformer with a class token, whose tokens are patches: of all of an image, of the visible ones (MAE, arXiv:2111.06377), or with a
 * mask token in the place of the hidden ones (BEiT, arXiv:2106.08254; SimMIM, arXiv:2111.09886; data2vec, arXiv:2202.03555). Parameters
 * have the official names; a weight is [in, out].
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { useDevice } from "@lacuna/tensor";
 * import { PatchTransformer, vitSizes } from "@lacuna/encoders";
 * import { stream } from "@lacuna/random";
 * await useDevice("cpu");
 * const encoder = new PatchTransformer({
 *   ...vitSizes.tiny, depth: 2, imageHeight: 28, imageWidth: 28, channels: 1, patchSize: 7,
 *   dropPathRate: 0, family: "vit", layerScaleInit: 0, maskToken: false,
 * }, stream({ seed: 0, name: "init/encoder" }));
 * const images = tf.zeros<tf.Rank.R4>([2, 28, 28, 1]);
 * const keep = tf.tensor2d([[0, 5, 9], [2, 4, 15]], [2, 3], "int32"); // 3 of the 16 patches of each image
 * assert.deepEqual(encoder.forward(images, { keep }).shape, [2, 4, 192]); // with the class token
 * ```
 */
export class PatchTransformer implements TokenEncoder {
  /** The sizes it was built with. */
  readonly config: PatchTransformerConfig;
  /** Its blocks, first to last. */
  readonly blocks: readonly Block[];
  readonly #patchEmbed: PatchEmbedding;
  readonly #classToken: Variable<Rank.R3>;
  readonly #maskToken: Variable<Rank.R3> | undefined;
  readonly #positions: Variable<Rank.R3> | undefined;
  readonly #relative: RelativePositionBias | undefined;
  readonly #norm: LayerNorm;
  /**
   * cls_token [1, 1, D], mask_token [1, 1, D] if there is one, patch_embed.proj, blocks.0 …, norm; in "vit" pos_embed [1, 1 + N, D] (not
   * trainable), in "beit" rel_pos_bias.relative_position_bias_table, either, or both, as `positions` says.
   */
  readonly parameters: ParameterMap;

  /**
   * An encoder with random weights.
   * @param config Sizes and family.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} If the patch size does not divide the image, the number of heads does not divide the width, the width is not a multiple
   * of 4, another size is out of range, or "vit" is given what only "beit" has.
   */
  constructor(config: PatchTransformerConfig, prng: Prng) {
    checkConfig(config);
    const { patchSize, dim, depth, numHeads, family, layerScaleInit, normEpsilon } = config;
    const [gridHeight, gridWidth] = [config.imageHeight / patchSize, config.imageWidth / patchSize];
    const isBeit = family === "beit";
    const { positions = isBeit ? "relative" : "sine-cosine", initStd = 0.02 } = config;
    if (!isBeit && positions !== "sine-cosine") {
      throw new RangeError(
        `Cannot build an encoder of the family "vit" with ${positions} positions: choose "beit"`,
      );
    }
    if (!isBeit && config.initStd !== undefined) {
      throw new RangeError(
        `Cannot build an encoder of the family "vit" with initStd ${config.initStd}: leave it out or choose "beit"`,
      );
    }
    const vector = (name: string) =>
      isBeit
        ? truncatedNormal<Rank.R3>([1, 1, dim], 0.02, 1, substream(prng, name))
        : variable<Rank.R3>(normals(dim, substream(prng, name)).map((z) => 0.02 * z), [1, 1, dim]);
    this.config = config;
    this.#patchEmbed = new PatchEmbedding(
      patchSize,
      config.channels,
      dim,
      substream(prng, "patch_embed"),
      isBeit ? { std: initStd } : "xavier",
    );
    this.#classToken = vector("cls_token");
    this.#maskToken = config.maskToken ? vector("mask_token") : undefined;
    this.#positions = positions === "relative" ? undefined : variable<Rank.R3>(
      tokenPositions(gridHeight, gridWidth, dim, config.firstCoordinate),
      [1, 1 + gridHeight * gridWidth, dim],
      false,
    );
    this.#relative = positions === "sine-cosine"
      ? undefined
      : new RelativePositionBias(gridHeight, gridWidth, numHeads);
    this.blocks = Array.from({ length: depth }, (_, index) => {
      const dropPathRate = depth === 1 ? 0 : config.dropPathRate * index / (depth - 1);
      const beit = isBeit ? { layerScaleInit, index, initStd } : undefined;
      return new Block({ ...config, dropPathRate, beit }, substream(prng, `blocks.${index}`));
    });
    this.#norm = new LayerNorm(dim, normEpsilon ?? 1e-6);
    this.parameters = {
      cls_token: this.#classToken,
      ...(this.#maskToken && { mask_token: this.#maskToken }),
      ...(this.#positions && { pos_embed: this.#positions }),
      ...(this.#relative && under("rel_pos_bias", this.#relative)),
      ...under("patch_embed", this.#patchEmbed),
      ...Object.assign({}, ...this.blocks.map((block, i) => under(`blocks.${i}`, block))),
      ...under("norm", this.#norm),
    };
  }

  /**
   * The tokens of images after all blocks and the last norm.
   * @param images [B, H, W, C], normalized pixels.
   * @param options What is seen of them.
   * @returns [R, 1 + V, D], class token first; R = K·B with `keep`, else B, and V = N without it.
   * @throws {TypeError} If the images are not of the configured size, or the options not of the family.
   */
  forward(images: Tensor4D, options: PatchTransformerOptions = {}): Tensor3D {
    return tf.tidy(() => {
      return this.#norm.forward(this.#encode(images, options));
    });
  }

  /** As every {@linkcode TokenEncoder}. */
  patchTokens(images: Tensor4D, dropPath?: Prng): Tensor3D {
    return tf.tidy(() => tf.slice(this.#encode(images, { dropPath }), [0, 1, 0], [-1, -1, -1]));
  }

  /** As every {@linkcode TokenEncoder}. */
  classVector(images: Tensor4D): Tensor2D {
    return tf.tidy(() => tf.squeeze<Tensor2D>(tf.slice(this.forward(images), [0, 0, 0], [-1, 1, -1]), [1]));
  }

  /** As every {@linkcode TokenEncoder}. */
  layerVectors(images: Tensor4D): Tensor2D[] {
    return tf.tidy(() => this.forwardStages(images).stages.slice(1).map(layerVector));
  }

  /** As every {@linkcode TokenEncoder}. */
  tunable(dropPathRate: number): PatchTokens {
    const prng = stream({ seed: 0, name: "tunable" }); // no number of it stays
    return tunable(
      this,
      new PatchTransformer({ ...this.config, dropPathRate }, prng),
      /^(norm\.|mask_token$)/,
    );
  }

  /**
   * The same with what leaves each block, for targets of a teacher and for losses on the way.
   * @param images [B, H, W, C], normalized pixels.
   * @param options What is seen of them, and what is shown.
   * @throws {TypeError} As `forward()`.
   */
  forwardStages(images: Tensor4D, options: PatchTransformerOptions & StagesOptions = {}): EncodedStages {
    return tf.tidy(() => {
      const shown = runStages(
        this.blocks,
        this.#enter(images, options),
        this.#relative?.forward(),
        options,
        options.dropPath,
      );
      return { ...shown, tokens: this.#norm.forward(shown.stages.at(-1)!) };
    });
  }

  /** What leaves the last block. */
  #encode(images: Tensor4D, options: PatchTransformerOptions): Tensor3D {
    const entering = this.#enter(images, options);
    return forwardBlocks(this.blocks, entering, options.dropPath, this.#relative?.forward());
  }

  /** What enters the first block. */
  #enter(images: Tensor4D, { keep, mask }: PatchTransformerOptions): Tensor3D {
    const { imageHeight, imageWidth, channels, dim, patchSize } = this.config;
    if (`${images.shape.slice(1)}` !== `${[imageHeight, imageWidth, channels]}`) {
      throw new TypeError(
        `Cannot encode images [${images.shape}] with an encoder for ` +
          `[B, ${imageHeight}, ${imageWidth}, ${channels}]: resize them or build the encoder for their size`,
      );
    }
    const numPatches = imageHeight * imageWidth / patchSize ** 2;
    if (keep && this.#relative) {
      throw new TypeError(
        `An encoder with relative positions knows patches by all others: mask them instead of keeping some`,
      );
    }
    if (mask && (!this.#maskToken || keep || `${mask.shape}` !== `${[images.shape[0], numPatches]}`)) {
      throw new TypeError(
        `Cannot mask patches by [${mask.shape}]: build the encoder with a mask token, pass ` +
          `[${images.shape[0]}, ${numPatches}], and keep all patches`,
      );
    }
    let patches = this.#patchEmbed.forward(images, keep); // [R, V, D]
    if (mask) {
      const hidden = tf.expandDims(mask, -1);
      patches = tf.add(tf.mul(patches, tf.sub(1, hidden)), tf.mul(this.#maskToken!, hidden));
    }
    if (this.#positions) {
      const positions: Tensor3D = tf.slice(this.#positions, [0, 1, 0], [1, numPatches, dim]);
      patches = tf.add(patches, keep ? gatherTokens(positions, keep) : positions);
    }
    const numRows = patches.shape[0];
    const rows: Tensor2D = tf.matMul(tf.ones([numRows, 1]), tf.reshape(this.#classToken, [1, dim])); // its gradient is one sum
    return prepend(tf.reshape(rows, [numRows, 1, dim]), patches);
  }
}
