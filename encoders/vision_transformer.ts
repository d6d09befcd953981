import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { normals, type Prng, stream, substream } from "@lacuna/random";
import { gatherTokens, type ParameterMap } from "@lacuna/tensor";
import { checkConfig } from "./_check_config.ts";
import { tunable } from "./_tunable.ts";
import { variable } from "./_variables.ts";
import { Block } from "./block.ts";
import { ClassAttentionBlock } from "./class_attention_block.ts";
import { forwardBlocks } from "./forward_blocks.ts";
import { LayerNorm } from "./layer_norm.ts";
import { PatchEmbedding } from "./patch_embedding.ts";
import { sinCosPositions } from "./sin_cos_positions.ts";
import { runStages } from "./stages.ts";
import type { PatchTokens, TokenEncoder } from "./token_encoder.ts";
import { under } from "./under.ts";
import type { VisionTransformerConfig } from "./vision_transformer_config.ts";

/** What one forward pass looks at. */
export type VisionTransformerOptions = {
  /**
   * [K·B, V] int32, the kept patches in 0…N−1, mask-major: row i·B + b is mask i of image b. All patches when
   * left out.
   */
  readonly keep?: Tensor2D | undefined;
  /** Given while training: where drop path takes its numbers from. Without it nothing is dropped. */
  readonly dropPath?: Prng | undefined;
  /** Whether the last LayerNorm applies, true by default; the linear probe leaves it out. */
  readonly finalNorm?: boolean | undefined;
};

/**
 * Plain pre-norm vision transformer whose tokens a class vector reads at the end, as ExtreMA builds it
 * (arXiv:2206.04667): patches plus fixed sine-cosine positions, self-attention blocks **without** a class
 * token, then class-attention blocks that gather the tokens into one instance vector. Parameters have the
 * official names; a weight is [in, out].
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as tf from "@tensorflow/tfjs-core";
 * import { useDevice } from "@lacuna/tensor";
 * import { VisionTransformer } from "@lacuna/encoders";
 * import { stream } from "@lacuna/random";
 * await useDevice("cpu");
 * const config = {
 *   imageHeight: 28, imageWidth: 28, channels: 1, patchSize: 7,
 *   dim: 16, depth: 2, numHeads: 2, mlpRatio: 4,
 *   numClassBlocks: 2, layerScaleInit: 0.1, dropPathRate: 0.1,
 * };
 * const encoder = new VisionTransformer(config, stream({ seed: 0, name: "init/encoder" }));
 * const images = tf.zeros<tf.Rank.R4>([2, 28, 28, 1]);
 * const keep = tf.tensor2d([[0, 5, 9], [15, 2, 4]], [2, 3], "int32"); // 3 of the 16 patches of each image
 * assert.deepEqual(encoder.forward(images, { keep }).shape, [2, 16]);
 * ```
 */
export class VisionTransformer implements TokenEncoder {
  /** The sizes it was built with. */
  readonly config: VisionTransformerConfig;
  readonly #patchEmbed: PatchEmbedding;
  readonly #positions: Variable<Rank.R3>;
  readonly #blocks: readonly Block[];
  readonly #classToken: Variable<Rank.R3>;
  readonly #classBlocks: readonly ClassAttentionBlock[];
  readonly #norm: LayerNorm;
  /**
   * patch_embed.proj, cls_token [1, 1, D], pos_embed [1, N, D] (not trainable), blocks.0 …, blocks_token.0 …,
   * and norm; see `Block` and `ClassAttentionBlock`.
   */
  readonly parameters: ParameterMap;

  /**
   * An encoder with random weights.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} If the patch size does not divide the image, the number of heads does not divide the
   * width, the width is not a multiple of 4, or another size is out of range.
   */
  constructor(config: VisionTransformerConfig, prng: Prng) {
    checkConfig(config);
    const { patchSize, dim, depth, numClassBlocks } = config;
    const [gridHeight, gridWidth] = [config.imageHeight / patchSize, config.imageWidth / patchSize];
    const positions = sinCosPositions(gridHeight, gridWidth, dim);
    this.config = config;
    this.#positions = variable<Rank.R3>(positions, [1, gridHeight * gridWidth, dim], false);
    this.#patchEmbed = new PatchEmbedding(patchSize, config.channels, dim, substream(prng, "patch_embed"));
    this.#classToken = variable<Rank.R3>(
      normals(dim, substream(prng, "cls_token")).map((z) => 0.02 * z),
      [1, 1, dim],
    );
    this.#blocks = Array.from({ length: depth }, (_, i) => {
      const dropPathRate = depth === 1 ? 0 : config.dropPathRate * i / (depth - 1);
      return new Block({ ...config, dropPathRate }, substream(prng, `blocks.${i}`));
    });
    this.#classBlocks = Array.from(
      { length: numClassBlocks },
      (_, i) => new ClassAttentionBlock(config, substream(prng, `blocks_token.${i}`)),
    );
    this.#norm = new LayerNorm(dim, 1e-6);
    this.parameters = {
      cls_token: this.#classToken,
      pos_embed: this.#positions,
      ...under("patch_embed", this.#patchEmbed),
      ...Object.assign({}, ...this.#blocks.map((block, i) => under(`blocks.${i}`, block))),
      ...Object.assign({}, ...this.#classBlocks.map((block, i) => under(`blocks_token.${i}`, block))),
      ...under("norm", this.#norm),
    };
  }

  /**
   * The instance vectors of images.
   * @param images [B, H, W, C], normalized pixels.
   * @param options Which patches, and how.
   * @returns [B, D], or [K·B, D] with `keep`, whose order within a row does not matter.
   * @throws {TypeError} If the images are not of the configured size.
   */
  forward(images: Tensor4D, options: VisionTransformerOptions = {}): Tensor2D {
    return tf.tidy(() => {
      const tokens = this.#encode(images, options);
      let instance = this.#startInstance(tokens.shape[0]); // [R, 1, D]
      for (const block of this.#classBlocks) instance = block.forward(instance, tokens);
      const vectors: Tensor2D = tf.reshape(instance, [-1, this.config.dim]);
      return options.finalNorm === false ? vectors : this.#norm.forward(vectors);
    });
  }

  /**
   * Where the instance query of the last class-attention block looks, with all patches visible.
   * @param images [B, H, W, C], normalized pixels.
   * @returns [B, heads, N] in [0, 1]; a row adds up to 1 less what the class token gives to itself.
   * @throws {TypeError} If the images are not of the configured size.
   */
  attentionMap(images: Tensor4D): Tensor3D {
    return tf.tidy(() => {
      const tokens = this.#encode(images, {});
      let instance = this.#startInstance(tokens.shape[0]);
      for (const block of this.#classBlocks.slice(0, -1)) instance = block.forward(instance, tokens);
      return this.#classBlocks.at(-1)!.attentionMap(instance, tokens);
    });
  }

  /** As every {@linkcode TokenEncoder}. */
  patchTokens(images: Tensor4D, dropPath?: Prng): Tensor3D {
    return tf.tidy(() => this.#encode(images, { dropPath }));
  }

  /** As every {@linkcode TokenEncoder}. */
  classVector(images: Tensor4D): Tensor2D {
    return this.forward(images);
  }

  /** As every {@linkcode TokenEncoder}: means alone, as its self-attention blocks have no class token. */
  layerVectors(images: Tensor4D): Tensor2D[] {
    return tf.tidy(() => {
      const { stages } = runStages(this.#blocks, this.#enter(images), undefined);
      return stages.slice(1).map((tokens) => tf.mean<Tensor2D>(tokens, 1));
    });
  }

  /** As every {@linkcode TokenEncoder}: without class attention, as ExtreMA fine-tunes. */
  tunable(dropPathRate: number): PatchTokens {
    const prng = stream({ seed: 0, name: "tunable" }); // no number of it stays
    const fresh = new VisionTransformer({ ...this.config, dropPathRate }, prng);
    return tunable(this, fresh, /^(norm\.|cls_token$|blocks_token\.)/);
  }

  /** Tokens after the self-attention blocks, [R, V, D] with R = K·B rows of V kept patches, or [B, N, D]. */
  #encode(images: Tensor4D, { keep, dropPath }: VisionTransformerOptions): Tensor3D {
    return forwardBlocks(this.#blocks, this.#enter(images, keep), dropPath);
  }

  /** What enters the first of them. */
  #enter(images: Tensor4D, keep?: Tensor2D): Tensor3D {
    const { imageHeight, imageWidth, channels } = this.config;
    const [, height, width, depth] = images.shape;
    if (height !== imageHeight || width !== imageWidth || depth !== channels) {
      throw new TypeError(
        `Cannot encode images [${images.shape}] with an encoder for ` +
          `[B, ${imageHeight}, ${imageWidth}, ${channels}]: resize them or build the encoder for their size`,
      );
    }
    const positions = keep ? gatherTokens(this.#positions, keep) : this.#positions; // [R, V, D] or [1, N, D]
    return tf.add(this.#patchEmbed.forward(images, keep), positions);
  }

  /**
   * The learned class token for every row, [R, 1, D]; the gradient of this product is one sum, that of
   * `tf.tile()` R slices.
   */
  #startInstance(numRows: number): Tensor3D {
    const { dim } = this.config;
    const rows: Tensor2D = tf.matMul(tf.ones([numRows, 1]), tf.reshape(this.#classToken, [1, dim]));
    return tf.reshape(rows, [numRows, 1, dim]);
  }
}
