import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";

/** Over what a target is normalised, without scale and shift: each token's channels, each channel's tokens, or nothing. */
export type TargetNorm = "layer" | "instance" | "none";

/** How targets are made of a teacher's blocks. */
export type ContextTargetOptions = {
  /** K ≥ 1, how many of the last blocks count. */
  readonly topK: number;
  /** Of each block before the mean. */
  readonly normalizeBlocks: TargetNorm;
  /** Of the mean. */
  readonly normalizeMean: TargetNorm;
};

/**
 * Contextual targets: the mean of what the teacher's top K blocks give, each normalised by itself (data2vec, arXiv:2202.03555, §3.3).
 *
 * The released models normalise so: images layer, then layer; speech instance, then nothing; text layer, then nothing; data2vec 2.0 for
 * images instance, then layer.
 * @param blocks [B, N, D] of each block, first to last, class token excluded; outputs of blocks (images) or of their feed-forward halves
 * before the residual is added (speech, text).
 * @param options Which and how.
 * @returns [B, N, D].
 * @throws {RangeError} If K is not in 1…number of blocks, or instance normalisation meets a single token.
 */
export function contextTargets(blocks: readonly Tensor3D[], options: ContextTargetOptions): Tensor3D {
  const { topK, normalizeBlocks, normalizeMean } = options;
  if (!(Number.isInteger(topK) && topK >= 1 && topK <= blocks.length)) {
    throw new RangeError(
      `Cannot average the top ${topK} of ${blocks.length} blocks: choose 1…${blocks.length}`,
    );
  }
  return tf.tidy(() => {
    const top = blocks.slice(-topK).map((block) => normalize(block, normalizeBlocks));
    return normalize(tf.div(tf.addN(top), topK), normalizeMean);
  });
}

function normalize(x: Tensor3D, norm: TargetNorm): Tensor3D {
  if (norm === "none") return x;
  if (norm === "instance" && x.shape[1] < 2) {
    throw new RangeError(
      `Instance normalisation of [${x.shape}] has no variance over one token: give at least 2`,
    );
  }
  const { mean, variance } = tf.moments(x, norm === "layer" ? 2 : 1, true); // biased
  return tf.div<Tensor3D>(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5)));
}
