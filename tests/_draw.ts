import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";

/** Standard normal numbers, always the same ones for a name. */
export function draw(name: string, ...shape: number[]): Tensor {
  return tf.tensor(normals(tf.util.sizeFromShape(shape), stream({ seed: 0, name })), shape);
}
