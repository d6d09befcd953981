import type { ImageShape } from "@lacuna/data";
import {
  Block,
  forwardBlocks,
  LayerNorm,
  type Module,
  PatchEmbedding,
  sinCosPositions,
  under,
} from "@lacuna/encoders";
import { type Prng, substream } from "@lacuna/random";
import { gatherTokens, type ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { prepend } from "../../encoders/_prepend.ts";
import type { Sizes } from "./setup.ts";

/** Blocks of one size, without drop path. */
export function blocksOf(sizes: Sizes, prng: Prng): Block[] {
  const config = { ...sizes, mlpRatio: 4, dropPathRate: 0 };
  return Array.from({ length: sizes.depth }, (_, i) => new Block(config, substream(prng, `blocks.${i}`)));
}

/** Parameters of blocks, `<prefix>.<number>.…`. */
export function underEach(prefix: string, blocks: readonly Block[]): ParameterMap {
  return Object.assign({}, ...blocks.map((block, i) => under(`${prefix}.${i}`, block)));
}

/** One learned token for every sample, [1, 1, D] → [B, 1, D]; the gradient of this product is one sum. */
export function repeatToken(token: Tensor3D, batchSize: number): Tensor3D {
  const dim = token.shape[2];
  const rows = tf.matMul(tf.ones([batchSize, 1]), tf.reshape(token, [1, dim]));
  return tf.reshape(rows, [batchSize, 1, dim]);
}

/** Fixed positions of square patches, [1, N, D]. */
export function positionsOf(image: ImageShape, patchSize: number, dim: number): Tensor3D {
  const [rows, columns] = [image.height / patchSize, image.width / patchSize];
  return tf.tensor3d(sinCosPositions(rows, columns, dim), [1, rows * columns, dim]);
}

/** Vision transformer with a class token in front (arXiv:2010.11929) and MAE's fixed positions. */
export class PlainVit implements Module {
  /** To be applied to what `forward()` returns, or to a part of it. */
  readonly norm: LayerNorm;
  readonly parameters: ParameterMap;
  readonly #patchEmbed: PatchEmbedding;
  readonly #positions: Variable<Rank.R3>;
  readonly #classToken: Variable<Rank.R3>;
  readonly #blocks: readonly Block[];

  constructor(
    { image, patchSize }: { readonly image: ImageShape; readonly patchSize: number },
    sizes: Sizes,
    prng: Prng,
  ) {
    const { dim } = sizes;
    this.norm = new LayerNorm(dim, 1e-6);
    this.#patchEmbed = new PatchEmbedding(patchSize, image.channels, dim, substream(prng, "patch_embed"));
    this.#positions = tf.variable(positionsOf(image, patchSize, dim), false);
    this.#classToken = tf.variable<Rank.R3>(tf.zeros([1, 1, dim]));
    this.#blocks = blocksOf(sizes, prng);
    this.parameters = {
      cls_token: this.#classToken,
      pos_embed: this.#positions,
      ...under("patch_embed", this.#patchEmbed),
      ...underEach("blocks", this.#blocks),
      ...under("norm", this.norm),
    };
  }

  /**
   * Tokens after the last block, without norm.
   * @param images [B, H, W, C].
   * @param keep [B, V] int32, the patches to look at; all when left out.
   * @returns [B, 1 + V, D], the class token first.
   */
  forward(images: Tensor4D, keep?: Tensor2D): Tensor3D {
    return tf.tidy(() => {
      const positions = keep ? gatherTokens(this.#positions, keep) : this.#positions; // [B, V, D] or [1, N, D]
      const patches: Tensor3D = tf.add(this.#patchEmbed.forward(images, keep), positions);
      return forwardBlocks(this.#blocks, prepend(repeatToken(this.#classToken, patches.shape[0]), patches));
    });
  }
}
