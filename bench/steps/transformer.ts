import { type Block, forwardBlocks, LayerNorm, under } from "@lacuna/encoders";
import { stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor3D } from "@tensorflow/tfjs-core";
import { noise } from "../_noise.ts";
import { blocksOf, underEach } from "./_plain_vit.ts";
import { Training } from "./_training.ts";
import type { TransformerSetup } from "./setup.ts";

/** A transformer's training step on full-length sequences: the same noise as tokens and as targets each time. */
export class TransformerStep extends Training {
  readonly #blocks: readonly Block[];
  readonly #norm: LayerNorm;
  readonly #tokens: Tensor3D; // [B, N, D]
  readonly #targets: Tensor3D;

  /** Builds the model and its batch. */
  constructor(setup: TransformerSetup) {
    const { batchSize, numTokens, dim } = setup;
    const blocks = blocksOf(setup, stream({ seed: 0, name: "transformer" }));
    const norm = new LayerNorm(dim, 1e-6);
    super({ ...underEach("blocks", blocks), ...under("norm", norm) });
    this.#blocks = blocks;
    this.#norm = norm;
    const shape: [number, number, number] = [batchSize, numTokens, dim];
    const size = tf.util.sizeFromShape(shape);
    this.#tokens = tf.tensor3d(noise(size, 0), shape);
    this.#targets = tf.tensor3d(noise(size, 1), shape);
  }

  loss(): Scalar {
    const tokens = forwardBlocks(this.#blocks, this.#tokens);
    return tf.mean(tf.squaredDifference(this.#norm.forward(tokens), this.#targets));
  }
}
