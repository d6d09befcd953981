import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import type { Block } from "./block.ts";
import { type ResidualStream, sumOf } from "./residual_stream.ts";

/**
 * Tokens after blocks, one after the other; each takes the sum that the one before it left open together with its own norm.
 * @param blocks Of one width D.
 * @param tokens [B, N, D].
 * @param dropPath Given while training: block i drops by the substream `blocks.i`.
 * @param bias [heads, N, N], or what stretches to [B, heads, N, N]: added to the scores of every block's attention.
 * @returns [B, N, D].
 */
export function forwardBlocks(
  blocks: readonly Block[],
  tokens: Tensor3D,
  dropPath?: Prng,
  bias?: Tensor3D | Tensor4D,
): Tensor3D {
  return tf.tidy(() => {
    let stream: ResidualStream = { x: tokens };
    for (const [i, block] of blocks.entries()) {
      stream = block.extend(stream, dropPath && substream(dropPath, `blocks.${i}`), bias);
    }
    return sumOf(stream);
  });
}
