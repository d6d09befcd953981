import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { gatherPatches, linear, type ParameterMap } from "@lacuna/tensor";
import { constantVector, initialWeight, uniform } from "./_variables.ts";
import type { WeightInit } from "./linear.ts";
import type { Module } from "./module.ts";

/**
 * Images [B, H, W, C] → one vector a patch [B, N, D], without positions. The weight starts Xavier-uniform,
 * the bias uniform in ±1/√(p·p·C), as a convolution's does in the official code of MAE and ExtreMA; otherwise as every weight does, and 0.
 */
export class PatchEmbedding implements Module {
  readonly #patchSize: number;
  readonly #weight: Variable<Rank.R2>;
  readonly #bias: Variable<Rank.R1>;
  /** proj.weight [p·p·C, D], its rows ordered by row, column and channel of the patch; proj.bias [D]. */
  readonly parameters: ParameterMap;

  /**
   * An embedding with a random weight and bias.
   * @param patchSize p in pixels.
   * @param channels C.
   * @param dim D.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @param init How they start.
   */
  constructor(
    patchSize: number,
    channels: number,
    dim: number,
    prng: Prng,
    init: WeightInit = "xavier",
  ) {
    const patchDim = patchSize * patchSize * channels;
    this.#patchSize = patchSize;
    this.#weight = initialWeight(patchDim, dim, init, substream(prng, "proj.weight"));
    this.#bias = init === "xavier"
      ? uniform<Rank.R1>([dim], 1 / Math.sqrt(patchDim), substream(prng, "proj.bias"))
      : constantVector(dim, 0);
    this.parameters = { "proj.weight": this.#weight, "proj.bias": this.#bias };
  }

  /**
   * The vectors of all patches, or of those kept.
   * @param images [B, H, W, C].
   * @param keep [K·B, V] int32, the patches to embed, mask-major; all when left out.
   * @returns [B, N, D], or [K·B, V, D] in the order of `keep`.
   * @throws {RangeError} If the patch size does not divide the images.
   */
  forward(images: Tensor4D, keep?: Tensor2D): Tensor3D {
    return tf.tidy(() => {
      return linear(gatherPatches(images, this.#patchSize, keep), this.#weight, this.#bias);
    });
  }
}
