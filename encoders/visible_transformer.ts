import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { normals, type Prng, stream, substream } from "@lacuna/random";
import { gatherTokens, type ParameterMap } from "@lacuna/tensor";
import { checkConfig } from "./_check_config.ts";
import { layerVector } from "./_layer_vector.ts";
import { prepend } from "./_prepend.ts";
import { tunable } from "./_tunable.ts";
import { variable } from "./_variables.ts";
import { LayerNorm } from "./layer_norm.ts";
import { PatchEmbedding } from "./patch_embedding.ts";
import type { PatchTransformerConfig } from "./patch_transformer_config.ts";
import { PostNormBlock } from "./post_norm_block.ts";
import { sinCosPositions } from "./sin_cos_positions.ts";
import type { PatchTokens, TokenEncoder } from "./token_encoder.ts";
import { under } from "./under.ts";

/** Sizes of a `VisibleTransformer`. */
export type VisibleTransformerConfig =
  & Omit<PatchTransformerConfig, "family" | "layerScaleInit" | "maskToken" | "dropPathRate">
  & Partial<Pick<PatchTransformerConfig, "dropPathRate">>; // 0 if left out

/** Tokens, and what the feed-forward half of each block said. */
export type VisibleOutput = {
  /** [R, 1 + V, D], class token first. */
  readonly tokens: Tensor3D;
  /** depth times [R, V, D], without the class token, before they were added. */
  readonly ffns: readonly Tensor3D[];
};

/**
 * data2vec 2.0's transformer of images (arXiv:2212.07525, and its official code): patches with fixed positions, the visible ones of which, and a
 * class token without one, go through a norm and post-norm blocks; there is no last norm.
 */
export class VisibleTransformer implements TokenEncoder {
  /** The sizes it was built with. */
  readonly config: VisibleTransformerConfig;
  readonly #patchEmbed: PatchEmbedding;
  readonly #positions: Variable<Rank.R3>;
  readonly #classToken: Variable<Rank.R3>;
  readonly #norm: LayerNorm;
  readonly #blocks: readonly PostNormBlock[];
  /** cls_token [1, 1, D], pos_embed [1, N, D] (not trainable), patch_embed.proj, norm and blocks.0 …. */
  readonly parameters: ParameterMap;

  /**
   * An encoder with random weights.
   * @param config Sizes.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} As `PatchTransformer`.
   */
  constructor(config: VisibleTransformerConfig, prng: Prng) {
    const { patchSize, dim, depth, normEpsilon, dropPathRate = 0 } = config;
    checkConfig({ ...config, family: "vit", layerScaleInit: 0, maskToken: false, dropPathRate });
    const [gridHeight, gridWidth] = [config.imageHeight / patchSize, config.imageWidth / patchSize];
    this.config = config;
    this.#patchEmbed = new PatchEmbedding(patchSize, config.channels, dim, substream(prng, "patch_embed"));
    this.#positions = variable<Rank.R3>(
      sinCosPositions(gridHeight, gridWidth, dim),
      [1, gridHeight * gridWidth, dim],
      false,
    );
    this.#classToken = variable<Rank.R3>(normals(dim, substream(prng, "cls_token")), [1, 1, dim]);
    this.#norm = new LayerNorm(dim, normEpsilon ?? 1e-6);
    this.#blocks = Array.from(
      { length: depth },
      (_, i) =>
        new PostNormBlock(
          { ...config, dropPathRate: depth === 1 ? 0 : dropPathRate * i / (depth - 1) },
          substream(prng, `blocks.${i}`),
        ),
    );
    this.parameters = {
      cls_token: this.#classToken,
      pos_embed: this.#positions,
      ...under("patch_embed", this.#patchEmbed),
      ...under("norm", this.#norm),
      ...Object.assign({}, ...this.#blocks.map((block, i) => under(`blocks.${i}`, block))),
    };
  }

  /**
   * The tokens of images.
   * @param images [B, H, W, C], normalized pixels.
   * @param keep [K·B, V] int32, the patches that are there, mask-major: row i·B + b is mask i of image b; all when left out.
   * @throws {TypeError} If the images are not of the configured size.
   */
  forward(images: Tensor4D, keep?: Tensor2D): VisibleOutput {
    return tf.tidy(() => {
      const { stages, ffns } = this.#run(images, keep);
      return { tokens: stages.at(-1)!, ffns: ffns.map((ffn) => tf.slice(ffn, [0, 1, 0], [-1, -1, -1])) };
    });
  }

  /** As every {@linkcode TokenEncoder}; its last block ends in a norm of its own. */
  patchTokens(images: Tensor4D, dropPath?: Prng): Tensor3D {
    return tf.tidy(() =>
      tf.slice(this.#run(images, undefined, dropPath).stages.at(-1)!, [0, 1, 0], [-1, -1, -1])
    );
  }

  /** As every {@linkcode TokenEncoder}. */
  classVector(images: Tensor4D): Tensor2D {
    return tf.tidy(() =>
      tf.squeeze<Tensor2D>(tf.slice(this.forward(images).tokens, [0, 0, 0], [-1, 1, -1]), [1])
    );
  }

  /** As every {@linkcode TokenEncoder}. */
  layerVectors(images: Tensor4D): Tensor2D[] {
    return tf.tidy(() => this.#run(images).stages.map(layerVector));
  }

  /** As every {@linkcode TokenEncoder}. */
  tunable(dropPathRate: number): PatchTokens {
    const prng = stream({ seed: 0, name: "tunable" }); // no number of it stays
    return tunable(this, new VisibleTransformer({ ...this.config, dropPathRate }, prng), /^$/);
  }

  /** What leaves each block, and what its MLP said, both with the class token. */
  #run(images: Tensor4D, keep?: Tensor2D, dropPath?: Prng): { stages: Tensor3D[]; ffns: Tensor3D[] } {
    const { imageHeight, imageWidth, channels, dim } = this.config;
    if (`${images.shape.slice(1)}` !== `${[imageHeight, imageWidth, channels]}`) {
      throw new TypeError(
        `Cannot encode images [${images.shape}] with an encoder for ` +
          `[B, ${imageHeight}, ${imageWidth}, ${channels}]: resize them or build the encoder for their size`,
      );
    }
    const positions = keep ? gatherTokens(this.#positions, keep) : this.#positions;
    const patches: Tensor3D = tf.add(this.#patchEmbed.forward(images, keep), positions);
    const numRows = patches.shape[0];
    const rows: Tensor2D = tf.matMul(tf.ones([numRows, 1]), tf.reshape(this.#classToken, [1, dim]));
    let tokens = this.#norm.forward(prepend(tf.reshape(rows, [numRows, 1, dim]), patches));
    const stages: Tensor3D[] = [], ffns: Tensor3D[] = [];
    for (const [i, block] of this.#blocks.entries()) {
      const { tokens: next, ffn } = block.forward(tokens, dropPath && substream(dropPath, `blocks.${i}`));
      tokens = next;
      stages.push(tokens);
      ffns.push(ffn);
    }
    return { stages, ffns };
  }
}
