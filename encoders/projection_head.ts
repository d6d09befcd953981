import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { gelu, type ParameterMap } from "@lacuna/tensor";
import { BatchNorm } from "./_batch_norm.ts";
import { LayerNorm } from "./layer_norm.ts";
import { Linear } from "./linear.ts";
import type { Module } from "./module.ts";
import { under } from "./under.ts";

/** What normalises a head's hidden layers: each vector by itself, or each feature over the batch. */
export type HeadNorm = "layer" | "batch";

/** How a head differs from ExtreMA's. */
export type HeadOptions = {
  /** After each hidden norm; "gelu" if left out, "relu" in BYOL, MoCo v3 and ConMIM. */
  readonly activation?: "gelu" | "relu";
  /** Whether outputs are normalised over the batch too, as in MoCo v3 and ConMIM; false if left out. */
  readonly normalizeOutput?: boolean;
};

/**
 * MLP from instance vectors [R, I] to outputs [R, O]: hidden layers of Linear, norm and GELU, then a Linear
 * alone. With three layers it is ExtreMA's projector, with two its predictor (arXiv:2206.04667).
 *
 * `"layer"` is ExtreMA's choice. `"batch"` puts batch normalisation in its place, as the hidden layers of
 * BYOL (arXiv:2006.07733, §3 "Architecture") and MoCo v3 (arXiv:2104.02057) have it: always with the
 * statistics of the batch at hand, the teacher's too, over all K·B rows on the student's side, with a scale
 * and a shift. Both keep GELU and the Linear's bias, and norm no output.
 */
export class ProjectionHead implements Module {
  readonly #layers: readonly Linear[];
  readonly #norms: readonly (LayerNorm | BatchNorm)[];
  readonly #activation: "gelu" | "relu";
  /**
   * Named by position as in the official sequence, where GELU takes a number and has no parameters: 0 Linear,
   * 1 norm, 3 Linear, 4 norm, 6 Linear for three layers; each weight and bias.
   */
  readonly parameters: ParameterMap;

  /**
   * A head with Xavier-uniform weights and biases of 0.
   * @param inDim I.
   * @param hiddenDim Width of the hidden layers; 4096 in the paper.
   * @param outDim O; 256 in the paper.
   * @param numLayers Linear layers, ≥ 1.
   * @param headNorm What follows every Linear but the last.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @param options How it differs.
   * @throws {RangeError} If `numLayers` is not an integer of at least 1.
   */
  constructor(
    inDim: number,
    hiddenDim: number,
    outDim: number,
    numLayers: number,
    headNorm: HeadNorm,
    prng: Prng,
    { activation = "gelu", normalizeOutput = false }: HeadOptions = {},
  ) {
    if (!(Number.isInteger(numLayers) && numLayers >= 1)) {
      throw new RangeError(`Cannot build a head of ${numLayers} layers: choose an integer of at least 1`);
    }
    const dims = [inDim, ...Array<number>(numLayers - 1).fill(hiddenDim), outDim];
    const Norm = headNorm === "layer" ? LayerNorm : BatchNorm;
    this.#layers = dims.slice(1).map((dim, i) => new Linear(dims[i]!, dim, substream(prng, `${3 * i}`)));
    this.#norms = [
      ...dims.slice(1, -1).map((dim) => new Norm(dim, 1e-5)),
      ...normalizeOutput ? [new BatchNorm(outDim, 1e-5)] : [],
    ];
    this.#activation = activation;
    this.parameters = {
      ...Object.assign({}, ...this.#layers.map((layer, i) => under(`${3 * i}`, layer))),
      ...Object.assign({}, ...this.#norms.map((norm, i) => under(`${3 * i + 1}`, norm))),
    };
  }

  /**
   * The head's outputs, each row by itself with `"layer"`, each depending on the others with `"batch"`.
   * @param vectors [R, I].
   * @returns [R, O].
   */
  forward(vectors: Tensor2D): Tensor2D {
    return tf.tidy(() => {
      let x = vectors;
      for (const [i, layer] of this.#layers.entries()) {
        x = layer.forward(x);
        const norm = this.#norms[i];
        if (norm) x = norm.forward(x);
        if (i < this.#layers.length - 1) x = this.#activation === "gelu" ? gelu(x) : tf.relu(x);
      }
      return x;
    });
  }
}
