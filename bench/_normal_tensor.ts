import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** A tensor of normal numbers, the same for the same name. */
export function normalTensor<T extends Tensor>(shape: readonly number[], name: string): T {
  return tf.tensor(normals(tf.util.sizeFromShape([...shape]), stream({ seed: 0, name })), [...shape]) as T;
}
