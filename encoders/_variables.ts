import * as tf from "@tensorflow/tfjs-core";
import type { Rank, ShapeMap, Variable } from "@tensorflow/tfjs-core";
import { normals, type Prng, substream, uniforms } from "@lacuna/random";
import type { WeightInit } from "./linear.ts";

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

/** A weight [I, O] as `init` says. */
export function initialWeight(
  inDim: number,
  outDim: number,
  init: WeightInit,
  prng: Prng,
): Variable<Rank.R2> {
  if (init === "xavier") return xavierUniform(inDim, outDim, prng);
  return truncatedNormal<Rank.R2>([inDim, outDim], init === "beit" ? 0.02 : init.std, 1, prng);
}

/** A weight [I, O] uniform in ±√(6 / (I + O)) (Glorot and Bengio, AISTATS 2010, eq. 16). */
function xavierUniform(inDim: number, outDim: number, prng: Prng): Variable<Rank.R2> {
  return uniform<Rank.R2>([inDim, outDim], Math.sqrt(6 / (inDim + outDim)), prng);
}

/** Normal with deviation `sigma`, numbers beyond ±`cut` · sigma drawn again. */
export function truncatedNormal<R extends Rank>(
  shape: ShapeMap[R],
  sigma: number,
  cut: number,
  prng: Prng,
): Variable<R> {
  const draws = normals(tf.util.sizeFromShape(shape), prng);
  for (let attempt = 0, again = [...draws.keys()]; again.length > 0; attempt++) {
    if (attempt > 0) {
      const redrawn = normals(again.length, substream(prng, `${attempt}`));
      again.forEach((i, j) => draws[i] = redrawn[j]!);
    }
    again = again.filter((i) => Math.abs(draws[i]!) > cut);
  }
  return variable<R>(draws.map((z) => sigma * z), shape);
}
