import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";

/**
 * Weights that favour the inside of masked regions, M + M · avgpool₃ₓ₃(M), where what lies outside the grid counts as visible (BootMAE,
 * arXiv:2207.07116, and its official code).
 * @param mask [B, N], 1 = masked; N = height · width, row by row.
 * @param grid Rows and columns of patches.
 * @returns [B, N]: 0 for a visible patch, up to 2 for one whose eight neighbours are masked.
 * @throws {TypeError} If the mask is not of that grid.
 */
export function insideWeights(mask: Tensor2D, [height, width]: readonly [number, number]): Tensor2D {
  if (mask.shape[1] !== height * width) {
    throw new TypeError(`A mask [${mask.shape}] is not of ${height} × ${width} patches`);
  }
  return tf.tidy(() => {
    const square: Tensor4D = tf.reshape(mask, [-1, height, width, 1]);
    const padded = tf.pad(square, [[0, 0], [1, 1], [1, 1], [0, 0]]);
    const around = tf.addN(
      [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => tf.slice(padded, [0, i, j, 0], [-1, height, width, 1]))),
    );
    return tf.reshape<tf.Rank.R2>(tf.add(square, tf.mul(square, tf.div(around, 9))), mask.shape);
  });
}
