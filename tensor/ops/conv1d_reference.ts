import * as tf from "@tensorflow/tfjs-core";
import type { Tensor1D, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";

/** What a convolution's options come to. */
export type Conv1dSizes = {
  /** K. */
  readonly kernelSize: number;
  /** Positions from window to window. */
  readonly stride: number;
  /** G. */
  readonly groups: number;
  /** Zeros before the signal. */
  readonly padding: number;
  /** T′. */
  readonly outTime: number;
};

/** The composed form of `conv1d()`: all windows side by side, then a product for each group. */
export function conv1dReference(
  x: Tensor3D,
  weight: Tensor2D,
  bias: Tensor1D | undefined,
  { kernelSize, stride, groups, padding, outTime }: Conv1dSizes,
): Tensor3D {
  return tf.tidy(() => {
    const [batchSize, time, channels] = x.shape;
    const after = Math.max(0, kernelSize - 1 + outTime * stride - padding - time); // as far as any slice below goes
    const padded: Tensor3D = tf.pad(x, [[0, 0], [padding, after], [0, 0]]);
    const positions = Array.from({ length: kernelSize }, (_, k) => { // K of [B, T′, G, C/G]
      const rest = tf.slice(padded, [0, k, 0], [batchSize, outTime * stride, channels]);
      const strides = tf.reshape(rest, [batchSize, outTime, stride * channels]);
      const first = tf.slice(strides, [0, 0, 0], [batchSize, outTime, channels]);
      return tf.reshape(first, [batchSize, outTime, groups, channels / groups]) as Tensor4D;
    });
    const rows = tf.reshape(tf.concat(positions, 3), [batchSize * outTime, groups, -1]) as Tensor3D;
    const windows = tf.transpose(rows, [1, 0, 2]); // [G, B·T′, K·C/G]
    const outChannels = weight.shape[1];
    const weights = tf.transpose(tf.reshape(weight, [-1, groups, outChannels / groups]), [1, 0, 2]); // [G, K·C/G, O/G]
    const parts = tf.transpose(tf.matMul(windows, weights), [1, 0, 2]); // [B·T′, G, O/G]
    const product: Tensor3D = tf.reshape(parts, [batchSize, outTime, outChannels]);
    return bias ? tf.add(product, bias) : product;
  });
}
