/**
 * What a transformer shows of a forward pass.
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import type { Block, BlockBranches } from "./block.ts";
import type { StagesOptions } from "./stages_options.ts";
import { type ResidualStream, sumOf } from "./residual_stream.ts";

/** What goes into the blocks and comes out of each. */
export type Stages = {
  /** S + 1 times [R, T, D], class token first: what enters the first block, then what leaves each. */
  readonly stages: Tensor3D[];
  /** S times [R, heads, T, T]: each block's scores of queries (rows) and keys (columns) before the softmax; empty unless asked for. */
  readonly scores: Tensor4D[];
};

/** The same, with what is said inside the blocks. */
export type BranchedStages = Stages & {
  /** S times, what each block's halves say; empty unless asked for. */
  readonly branches: BlockBranches[];
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
  options: StagesOptions = {},
  dropPath?: Prng,
): BranchedStages {
  return tf.tidy(() => {
    const stages: Tensor3D[] = [], scores: Tensor4D[] = [], branches: BlockBranches[] = [];
    let stream: ResidualStream = { x: tokens };
    for (const [i, block] of blocks.entries()) {
      const shown = block.extendShown(stream, dropPath && substream(dropPath, `blocks.${i}`), bias, options);
      stages.push(shown.entering);
      if (shown.scores) scores.push(shown.scores);
      if (shown.branches) branches.push(shown.branches);
      stream = shown.stream;
    }
    stages.push(sumOf(stream));
    return { stages, scores, branches };
  });
}
