import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor1D, Tensor2D } from "@tensorflow/tfjs-core";
import { geluReference } from "./gelu_reference.ts";
import { linearReference } from "./linear_reference.ts";

/** The composed form of `mlp()`: GELU(x · weight1 + bias1) · weight2 + bias2 over the last axis. */
export function mlpReference<T extends Tensor>(
  x: T,
  weight1: Tensor2D,
  bias1: Tensor1D,
  weight2: Tensor2D,
  bias2: Tensor1D,
): T {
  return tf.tidy(() => linearReference(geluReference(linearReference(x, weight1, bias1)), weight2, bias2));
}
