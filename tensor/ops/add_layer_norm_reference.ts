import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D } from "@tensorflow/tfjs-core";
import { layerNormReference } from "./layer_norm_reference.ts";

/** The composed form of `addLayerNorm()`: x + scale · branch, one scale a sample, and its normalisation. */
export function addLayerNormReference<T extends Tensor>(
  x: T,
  branch: T,
  weight: Tensor1D,
  bias: Tensor1D,
  epsilon: number,
  scale?: Tensor1D,
): { sum: T; normalized: T } {
  return tf.tidy(() => {
    const scales = scale && tf.reshape(scale, [-1, ...Array(x.rank - 1).fill(1)]); // [B, 1, ...]
    const sum: T = tf.add(x, scales ? tf.mul(branch, scales) : branch);
    return { sum, normalized: layerNormReference(sum, weight, bias, epsilon) };
  });
}
