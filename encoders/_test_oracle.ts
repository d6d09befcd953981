import * as tf from "@tensorflow/tfjs-core";
import type { Tensor, Tensor2D } from "@tensorflow/tfjs-core";
import type { Module } from "./module.ts";

/**
 * A module's parts in elementary operations on rows [R, D], by the names of its parameters: what tests
 * compare with.
 */
export type Oracle = {
  /** x · weight + bias. */
  map(x: Tensor2D, name: string): Tensor2D;
  /** Mean 0 and variance 1 along `axis`, 1 for each row and 0 for each column, then scale and shift. */
  norm(x: Tensor2D, name: string, epsilon: number, axis: 0 | 1): Tensor2D;
  /** x · Φ(x). */
  gelu(x: Tensor2D): Tensor2D;
  /** Attention of queries [Q, D] to keys and values [R, D], head after head. */
  attend(query: Tensor2D, keys: Tensor2D, values: Tensor2D, numHeads: number): Tensor2D;
};

/** The oracle for the parts of `module`. */
export function oracleOf({ parameters }: Module): Oracle {
  return {
    map: (x, name) =>
      tf.add(tf.matMul(x, parameters[`${name}.weight`]! as Tensor as Tensor2D), parameters[`${name}.bias`]!),
    norm: (x, name, epsilon, axis) => {
      const { mean, variance } = tf.moments(x, axis, true);
      const unit = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
      return tf.add(tf.mul(unit, parameters[`${name}.weight`]!), parameters[`${name}.bias`]!);
    },
    gelu: (x) => tf.mul(x, tf.mul(0.5, tf.add(1, tf.erf(tf.div(x, Math.SQRT2))))),
    attend: (query, keys, values, numHeads) => {
      const width = query.shape[1] / numHeads;
      const heads = Array.from({ length: numHeads }, (_, head) => {
        const part = (x: Tensor2D): Tensor2D => tf.slice(x, [0, head * width], [-1, width]);
        const scores = tf.div(tf.matMul(part(query), part(keys), false, true), Math.sqrt(width)); // [Q, R]
        return tf.matMul(tf.softmax(scores), part(values)) as Tensor2D;
      });
      return tf.concat(heads, 1) as Tensor2D;
    },
  };
}

/** Moves every trainable parameter away from the zeros, ones and small numbers of its start, so that each matters. */
export function stir({ parameters }: Module): void {
  for (const [i, parameter] of Object.values(parameters).entries()) {
    if (!parameter.trainable) continue;
    parameter.assign(
      tf.tidy(() => tf.add(parameter, tf.randomNormal(parameter.shape, 0, 0.3, "float32", i + 1))),
    );
  }
}

/** Largest absolute difference. */
export function distance(a: Tensor, b: Tensor): number {
  return tf.tidy(() => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!);
}
