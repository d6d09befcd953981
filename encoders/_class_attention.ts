import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { classAttention, type ParameterMap } from "@lacuna/tensor";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/**
 * Multi-head attention of one class query [B, 1, D] to tokens [B, N, D], with separate maps to q, k and v.
 */
export class ClassAttention implements Module {
  readonly #q: Linear;
  readonly #k: Linear;
  readonly #v: Linear;
  readonly #proj: Linear;
  readonly #numHeads: number;
  readonly parameters: ParameterMap; // q, k, v, proj: weight [D, D], bias [D]

  constructor(dim: number, numHeads: number, prng: Prng) {
    this.#q = new Linear(dim, dim, substream(prng, "q"));
    this.#k = new Linear(dim, dim, substream(prng, "k"));
    this.#v = new Linear(dim, dim, substream(prng, "v"));
    this.#proj = new Linear(dim, dim, substream(prng, "proj"));
    this.#numHeads = numHeads;
    this.parameters = {
      ...under("q", this.#q),
      ...under("k", this.#k),
      ...under("v", this.#v),
      ...under("proj", this.#proj),
    };
  }

  forward(query: Tensor3D, tokens: Tensor3D): Tensor3D {
    return tf.tidy(() => {
      const [q, k, v] = [this.#q.forward(query), this.#k.forward(tokens), this.#v.forward(tokens)];
      return this.#proj.forward(classAttention(q, k, v, this.#numHeads)); // [B, 1, D]
    });
  }

  /** What `forward()` weighs the values by, [B, heads, 1, N], each row adding up to 1. */
  weights(query: Tensor3D, tokens: Tensor3D): Tensor4D {
    return tf.tidy(() => {
      const [batchSize, , dim] = query.shape;
      const headDim = dim / this.#numHeads;
      const heads = (x: Tensor3D): Tensor4D =>
        tf.transpose(tf.reshape(x, [batchSize, -1, this.#numHeads, headDim]), [0, 2, 1, 3]);
      const q = tf.mul<Tensor4D>(heads(this.#q.forward(query)), headDim ** -0.5); // [B, heads, 1, d]
      return tf.softmax(tf.matMul(q, heads(this.#k.forward(tokens)), false, true));
    });
  }
}
