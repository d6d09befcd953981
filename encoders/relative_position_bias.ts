import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import type { ParameterMap } from "@lacuna/tensor";
import { relativePositionIndex } from "./_relative_position_index.ts";
import { variable } from "./_variables.ts";
import type { Module } from "./module.ts";

/**
 * A learned number for each head and each offset between two patches, added to the scores of attention; three more for what the class token
 * sees, is seen by, and sees of itself (BEiT, arXiv:2106.08254, appendix; shared by all blocks there and in data2vec).
 */
export class RelativePositionBias implements Module {
  readonly #table: Variable<Rank.R2>;
  readonly #index: Int32Array;
  readonly #numTokens: number;
  /** relative_position_bias_table [(2h − 1)(2w − 1) + 3, heads], zeros at first. */
  readonly parameters: ParameterMap;

  /**
   * A table of zeros.
   * @param gridHeight h, rows of patches.
   * @param gridWidth w, columns of patches.
   * @param numHeads Of the attention.
   */
  constructor(gridHeight: number, gridWidth: number, numHeads: number) {
    const numRows = (2 * gridHeight - 1) * (2 * gridWidth - 1) + 3;
    this.#table = variable<Rank.R2>(new Float32Array(numRows * numHeads), [numRows, numHeads]);
    this.#index = relativePositionIndex(gridHeight, gridWidth);
    this.#numTokens = 1 + gridHeight * gridWidth;
    this.parameters = { relative_position_bias_table: this.#table };
  }

  /** What is added to scores of queries (rows) and keys (columns), class token first: [heads, 1 + N, 1 + N]. */
  forward(): Tensor3D {
    return tf.tidy(() => {
      const rows = tf.gather(this.#table, tf.tensor1d(this.#index, "int32")); // [(1 + N)², heads]
      return tf.reshape<Rank.R3>(tf.transpose(rows), [-1, this.#numTokens, this.#numTokens]);
    });
  }
}
