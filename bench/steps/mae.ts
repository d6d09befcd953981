import { type Block, forwardBlocks, LayerNorm, Linear, under } from "@lacuna/encoders";
import { permutation, stream, substream } from "@lacuna/random";
import { gatherPatches, gatherTokens } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Scalar, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { prepend } from "../../encoders/_prepend.ts";
import { noise } from "../_noise.ts";
import { blocksOf, PlainVit, positionsOf, repeatToken, underEach } from "./_plain_vit.ts";
import { Training } from "./_training.ts";
import type { MaeSetup } from "./setup.ts";

/**
 * MAE's training step (arXiv:2111.06377, §3) on the same noise each time, with normalized pixels as targets; each step draws its masks
 * anew. Pixels are predicted for the hidden patches alone, as no others are in the loss.
 */
export class MaeStep extends Training {
  readonly #setup: MaeSetup;
  readonly #images: Tensor4D;
  readonly #encoder: PlainVit;
  readonly #decoder: Decoder;

  /** Builds the model and its batch. */
  constructor(setup: MaeSetup) {
    const { batchSize, image, patchSize } = setup;
    const prng = stream({ seed: 0, name: "mae" });
    const encoder = new PlainVit(setup, setup.encoder, substream(prng, "encoder"));
    const embed = new Linear(setup.encoder.dim, setup.decoder.dim, substream(prng, "decoder_embed"));
    const norm = new LayerNorm(setup.decoder.dim, 1e-6);
    const patchDim = patchSize ** 2 * image.channels;
    const predict = new Linear(setup.decoder.dim, patchDim, substream(prng, "decoder_pred"));
    const maskToken = tf.variable<Rank.R3>(tf.zeros([1, 1, setup.decoder.dim]));
    const patchPositions = positionsOf(image, patchSize, setup.decoder.dim);
    const positions = tf.variable(tf.concat([tf.zerosLike(maskToken), patchPositions], 1), false); // [1, 1 + N, D]
    const blocks = blocksOf(setup.decoder, substream(prng, "decoder"));
    super({
      ...under("encoder", encoder),
      ...under("decoder_embed", embed),
      mask_token: maskToken,
      decoder_pos_embed: positions,
      ...underEach("decoder_blocks", blocks),
      ...under("decoder_norm", norm),
      ...under("decoder_pred", predict),
    });
    this.#setup = setup;
    this.#encoder = encoder;
    this.#decoder = { embed, maskToken, positions, blocks, norm, predict };
    const shape: [number, number, number, number] = [batchSize, image.height, image.width, image.channels];
    this.#images = tf.tensor4d(noise(tf.util.sizeFromShape(shape), 0), shape);
  }

  loss(step: number): Scalar {
    const { keep, hidden, restore } = drawn(this.#setup, step);
    const { embed, maskToken, positions, blocks, norm, predict } = this.#decoder;
    const visible = embed.forward(this.#encoder.norm.forward(this.#encoder.forward(this.#images, keep)));
    const source = prepend(repeatToken(maskToken, visible.shape[0]), visible); // [B, 2 + V, D]
    const tokens = forwardBlocks(blocks, tf.add(gatherTokens(source, restore), positions)); // [B, 1 + N, D]
    const pred = predict.forward(norm.forward(gatherTokens(tokens, hidden.decoded))); // [B, M, P]
    const target = standardize(gatherPatches(this.#images, this.#setup.patchSize, hidden.patches));
    return tf.mean(tf.squaredDifference(pred, target));
  }
}

type Decoder = {
  readonly embed: Linear;
  readonly maskToken: Variable<Rank.R3>;
  readonly positions: Variable<Rank.R3>;
  readonly blocks: readonly Block[];
  readonly norm: LayerNorm;
  readonly predict: Linear;
};

/** Every patch with mean 0 and unbiased variance 1, as in the official code. */
function standardize(patches: Tensor3D): Tensor3D {
  return tf.tidy(() => {
    const size = patches.shape[2];
    const centred = tf.sub(patches, tf.mean(patches, -1, true));
    const variance = tf.div(tf.sum(tf.square(centred), -1, true), size - 1);
    return tf.div(centred, tf.sqrt(tf.add(variance, 1e-6)));
  });
}

function numVisibleOf({ image, patchSize, maskRatio }: MaeSetup): { numTokens: number; numVisible: number } {
  const numTokens = (image.height / patchSize) * (image.width / patchSize);
  return { numTokens, numVisible: Math.trunc(numTokens * (1 - maskRatio)) };
}

/** The patches of a step in a new order a sample, [B, N], of which the first are visible. */
export function maeIndices(setup: MaeSetup, step: number): Int32Array {
  const { numTokens } = numVisibleOf(setup);
  const order = new Int32Array(setup.batchSize * numTokens);
  for (let sample = 0; sample < setup.batchSize; sample++) {
    const prng = stream({ seed: 0, name: "mask", step, sample });
    order.set(permutation(numTokens, prng), sample * numTokens);
  }
  return order;
}

/** The same as indices: of visible patches, of hidden ones among patches and among the decoder's tokens, and where those come from. */
function drawn(setup: MaeSetup, step: number): {
  keep: Tensor2D; // [B, V]
  hidden: { patches: Tensor2D; decoded: Tensor2D }; // [B, M]
  restore: Tensor2D; // [B, 1 + N], in mask token, class token, visible patches
} {
  const order = maeIndices(setup, step);
  const { numTokens, numVisible } = numVisibleOf(setup);
  const { batchSize } = setup;
  const numMasked = numTokens - numVisible;
  const keep = new Int32Array(batchSize * numVisible);
  const patches = new Int32Array(batchSize * numMasked);
  const restore = new Int32Array(batchSize * (1 + numTokens)); // 0 is the mask token
  for (let b = 0; b < batchSize; b++) {
    const row = order.subarray(b * numTokens, (b + 1) * numTokens);
    keep.set(row.subarray(0, numVisible), b * numVisible);
    patches.set(row.subarray(numVisible), b * numMasked);
    const at = b * (1 + numTokens);
    restore[at] = 1;
    for (let i = 0; i < numVisible; i++) restore[at + 1 + row[i]!] = 2 + i;
  }
  return {
    keep: tf.tensor2d(keep, [batchSize, numVisible], "int32"),
    hidden: {
      patches: tf.tensor2d(patches, [batchSize, numMasked], "int32"),
      decoded: tf.tensor2d(patches.map((i) => 1 + i), [batchSize, numMasked], "int32"),
    },
    restore: tf.tensor2d(restore, [batchSize, 1 + numTokens], "int32"),
  };
}
