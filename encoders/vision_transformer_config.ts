/** Sizes of a `VisionTransformer`. */
export type VisionTransformerConfig = {
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
  /** Number of self-attention blocks. */
  readonly depth: number;
  /** Heads of every attention; divides `dim`. */
  readonly numHeads: number;
  /** Width of an MLP's hidden layer, in multiples of D; 4 in the paper. */
  readonly mlpRatio: number;
  /** Number of class-attention blocks; 2 in the paper. */
  readonly numClassBlocks: number;
  /** Start of the class-attention blocks' LayerScale; 0.1 in the paper. */
  readonly layerScaleInit: number;
  /**
   * Stochastic depth in [0, 1) of the last self-attention block, growing linearly from 0; 0.1 in the paper.
   */
  readonly dropPathRate: number;
};
