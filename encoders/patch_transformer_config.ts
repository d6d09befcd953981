import type { FirstCoordinate } from "./sin_cos_positions.ts";

/** Sizes and family of a `PatchTransformer`. */
export type PatchTransformerConfig = {
  /** H in pixels; a multiple of `patchSize`. */
  readonly imageHeight: number;
  /** W in pixels; a multiple of `patchSize`. */
  readonly imageWidth: number;
  /** C, 1 for grey and 3 for colour. */
  readonly channels: number;
  /** p in pixels. */
  readonly patchSize: number;
  /** D, the width of a token; a multiple of 4 and of `numHeads`. */
  readonly dim: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Heads of every attention; divides `dim`. */
  readonly numHeads: number;
  /** Width of an MLP's hidden layer, in multiples of D; 4 in all papers. */
  readonly mlpRatio: number;
  /** Stochastic depth in [0, 1) of the last block, growing linearly from 0. */
  readonly dropPathRate: number;
  /**
   * "vit": fixed sine-cosine positions, plain blocks, Xavier-uniform weights, as MAE and BootMAE have it. "beit": a relative-position bias
   * shared by all blocks, no bias for keys, LayerScale, truncated normal weights, as BEiT, SimMIM, ConMIM, MaskFeat and data2vec have it; see
   * `positions` and `initStd` for what small ones need otherwise.
   */
  readonly family: "vit" | "beit";
  /** Start of LayerScale in "beit" blocks, 0 for none; 0.1 for base models. */
  readonly layerScaleInit: number;
  /**
   * How "beit" knows where a patch is: by the "relative" bias, if left out; by fixed "sine-cosine" positions, as "vit" does; or by "both". The
   * bias starts at 0, and takes thousands of steps to tell masked patches from each other.
   */
  readonly positions?: "relative" | "sine-cosine" | "both" | undefined;
  /** Which coordinate sine-cosine positions tell first: the "column", if left out, or the "row", as BootMAE's do. */
  readonly firstCoordinate?: FirstCoordinate | undefined;
  /**
   * Deviation of the weights of "beit" at their start, normal and cut off there; 0.02 if left out, as base models have it. Narrow ones need
   * more for the same effect: 0.02 · √(768 / D).
   */
  readonly initStd?: number | undefined;
  /** Whether there is a learned vector that stands in for masked patches. */
  readonly maskToken: boolean;
  /** Added to the variance in norms; 1e-6 if left out. */
  readonly normEpsilon?: number | undefined;
};
