/**
 * Usual sizes of vision transformers.
 * @module
 */

/** Width, depth and heads of a transformer. */
export type VitSize = {
  /** D. */
  readonly dim: number;
  /** Number of blocks. */
  readonly depth: number;
  /** Heads of every attention. */
  readonly numHeads: number;
  /** Width of an MLP's hidden layer, in multiples of D. */
  readonly mlpRatio: number;
};

/** DeiT's tiny and small (arXiv:2012.12877, table 1), ViT's base and large (arXiv:2010.11929, table 1). */
export const vitSizes: {
  readonly tiny: VitSize;
  readonly small: VitSize;
  readonly base: VitSize;
  readonly large: VitSize;
} = {
  tiny: { dim: 192, depth: 12, numHeads: 3, mlpRatio: 4 },
  small: { dim: 384, depth: 12, numHeads: 6, mlpRatio: 4 },
  base: { dim: 768, depth: 12, numHeads: 12, mlpRatio: 4 },
  large: { dim: 1024, depth: 24, numHeads: 16, mlpRatio: 4 },
};
