import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { conv1dReference } from "./conv1d_reference.ts";

/** The composed form of `groupedConv2d()`: the sum over the rows of the kernel of one convolution along the rows of the grid each. */
export function groupedConv2dReference(
  x: Tensor4D,
  weight: Tensor3D,
  bias: Tensor1D,
  groups: number,
): Tensor4D {
  const [batchSize, height, width, channels] = x.shape;
  const kernelSize = weight.shape[0];
  const half = (kernelSize - 1) / 2;
  const sizes = { kernelSize, stride: 1, groups, padding: 0, outTime: width };
  return tf.tidy(() => {
    const padded = tf.pad(x, [[0, 0], [half, half], [half, half], [0, 0]]);
    const rows = Array.from({ length: kernelSize }, (_, i) => {
      const shifted: Tensor3D = tf.reshape(
        tf.slice(padded, [0, i, 0, 0], [-1, height, -1, -1]),
        [batchSize * height, width + 2 * half, channels],
      );
      const rowWeight: Tensor2D = tf.squeeze(tf.slice(weight, [i, 0, 0], [1, -1, -1]), [0]);
      return conv1dReference(shifted, rowWeight, i === half ? bias : undefined, sizes); // the bias once
    });
    return tf.reshape<Rank.R4>(tf.addN(rows), [batchSize, height, width, -1]);
  });
}
