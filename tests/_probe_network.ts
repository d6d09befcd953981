import { gelu, layerNorm, linear, selfAttention } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Scalar, Tensor1D, Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";

/** The value of a small network and its gradient by a weight, from numbers that are the same everywhere. */
export async function probeNetwork(): Promise<number[]> {
  const [dim, numHeads] = [96, 3];
  const grid = <T extends tf.Tensor>(shape: number[]): T =>
    tf.tidy(() => tf.reshape(tf.sin(tf.range(0, tf.util.sizeFromShape(shape))), shape) as T);
  const [x, weight, bias, scale] = [
    grid<Tensor3D>([4, 33, dim]),
    grid<Tensor2D>([dim, 3 * dim]),
    grid<Tensor1D>([3 * dim]),
    grid<Tensor1D>([dim]),
  ];
  const network = (weight: tf.Tensor) => {
    const attended = selfAttention(linear(x, weight as Tensor2D, bias), numHeads);
    const tokens = tf.reshape<tf.Rank.R2>(gelu(layerNorm(attended, scale, scale, 1e-6)), [-1, dim]);
    return tf.mean<Scalar>(tf.matMul(tokens, weight as Tensor2D));
  };
  const { value, grad } = tf.valueAndGrad(network)(weight);
  const numbers = [...await value.data(), ...await grad.data()];
  tf.dispose([x, weight, bias, scale, value, grad]);
  return numbers;
}
