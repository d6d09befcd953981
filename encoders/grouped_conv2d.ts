import type { Rank, Tensor1D, Tensor3D, Tensor4D, Variable } from "@tensorflow/tfjs-core";
import { type Prng, substream } from "@lacuna/random";
import { groupedConv2d, type ParameterMap } from "@lacuna/tensor";
import { uniform } from "./_variables.ts";
import type { Module } from "./module.ts";

/**
 * Convolution of a grid in groups of channels, with zeros around it so that it keeps its size. Weight and bias start uniform in
 * ±1/√(K·K·C/G), as PyTorch's.
 */
export class GroupedConv2d implements Module {
  readonly #groups: number;
  readonly #weight: Variable<Rank.R3>;
  readonly #bias: Variable<Rank.R1>;
  /** weight [K, K·C/G, O]: rows of the kernel, then its columns with the channels of a group inside; bias [O]. */
  readonly parameters: ParameterMap;

  /**
   * A convolution with a random weight and bias.
   * @param inDim C.
   * @param outDim O.
   * @param kernelSize K, odd.
   * @param groups G, divides C and O.
   * @param prng Where initial values come from; each parameter has its own substream.
   * @throws {RangeError} If the kernel is even or the groups do not divide the channels.
   */
  constructor(inDim: number, outDim: number, kernelSize: number, groups: number, prng: Prng) {
    if (kernelSize % 2 !== 1 || inDim % groups !== 0 || outDim % groups !== 0) {
      throw new RangeError(
        `Cannot convolve ${inDim} to ${outDim} channels by ${kernelSize} × ${kernelSize} in ${groups} groups: ` +
          `choose an odd kernel and groups that divide the channels`,
      );
    }
    const fanIn = kernelSize * inDim / groups; // of one row of the kernel
    const bound = 1 / Math.sqrt(kernelSize * fanIn);
    this.#groups = groups;
    this.#weight = uniform<Rank.R3>([kernelSize, fanIn, outDim], bound, substream(prng, "weight"));
    this.#bias = uniform<Rank.R1>([outDim], bound, substream(prng, "bias"));
    this.parameters = { weight: this.#weight, bias: this.#bias };
  }

  /** Grid [B, H, W, C] → [B, H, W, O]. */
  forward(grid: Tensor4D): Tensor4D {
    return groupedConv2d(grid, this.#weight as Tensor3D, this.#bias as Tensor1D, this.#groups);
  }
}
