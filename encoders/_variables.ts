import * as tf from "@tensorflow/tfjs-core";
import type { Rank, ShapeMap, Variable } from "@tensorflow/tfjs-core";
import { type Prng, uniforms } from "@lacuna/random";

/** A float32 parameter that holds `values`. */
export function variable<R extends Rank>(
  values: Float32Array,
  shape: ShapeMap[R],
  trainable = true,
): Variable<R> {
  const initial = tf.tensor<R>(values, shape, "float32");
  const created = tf.variable(initial, trainable);
  initial.dispose(); // the variable holds the memory now
  return created;
}

/** A vector [n] with the same value everywhere. */
export function constantVector(n: number, value: number): Variable<Rank.R1> {
  return variable<Rank.R1>(new Float32Array(n).fill(value), [n]);
}

/** Uniform in [−bound, bound). */
export function uniform<R extends Rank>(shape: ShapeMap[R], bound: number, prng: Prng): Variable<R> {
  const draws = uniforms(tf.util.sizeFromShape(shape), prng);
  return variable<R>(draws.map((u) => (2 * u - 1) * bound), shape);
}

/** A weight [I, O] uniform in ±√(6 / (I + O)) (Glorot and Bengio, AISTATS 2010, eq. 16). */
export function xavierUniform(inDim: number, outDim: number, prng: Prng): Variable<Rank.R2> {
  return uniform<Rank.R2>([inDim, outDim], Math.sqrt(6 / (inDim + outDim)), prng);
}
