/**
 * What a transformer shows of a forward pass.
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import type { Block } from "./block.ts";

/** What goes into the blocks and comes out of each. */
export type Stages = {
  /** S + 1 times [R, T, D], class token first: what enters the first block, then what leaves each. */
  readonly stages: Tensor3D[];
  /** S times [R, heads, T, T]: each block's scores of queries (rows) and keys (columns) before the softmax; empty unless asked for. */
  readonly scores: Tensor4D[];
};

/** What is shown besides, and changed on the way. */
export type StagesOptions = {
  /** Whether scores are shown; they are computed a second time then. */
  readonly withScores?: boolean;
  /** What is to be added to a block's scores besides its own bias, given these; a constant, and not in the scores shown. */
  readonly scoreBias?: ((scores: Tensor4D) => Tensor4D) | undefined;
};

/**
 * Runs tokens through blocks one after the other and keeps what leaves each.
 * @param blocks Of one width D.
 * @param tokens [R, T, D].
 * @param bias [heads, T, T], or what stretches to [R, heads, T, T]: added to every block's scores.
 * @param options What is shown besides.
 * @param dropPath Given while training: block i drops by the substream `blocks.i`.
 */
export function runStages(
  blocks: readonly Block[],
  tokens: Tensor3D,
  bias: Tensor3D | Tensor4D | undefined,
  { withScores = false, scoreBias }: StagesOptions = {},
  dropPath?: Prng,
): Stages {
  return tf.tidy(() => {
    const stages = [tokens], scores: Tensor4D[] = [];
    for (const [i, block] of blocks.entries()) {
      let total = bias;
      if (withScores || scoreBias) {
        const own = block.scores(stages[i]!);
        const shown = bias ? tf.add<Tensor4D>(own, bias) : own;
        if (withScores) scores.push(shown);
        if (scoreBias) total = bias ? tf.add<Tensor4D>(bias, scoreBias(shown)) : scoreBias(shown);
      }
      stages.push(block.forward(stages[i]!, dropPath && substream(dropPath, `blocks.${i}`), total));
    }
    return { stages, scores };
  });
}
