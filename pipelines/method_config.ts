/**
 * Parts that the configs of several methods share.
 * @module
 */
import type { RunConfig } from "./config.ts";

/** The encoder's sizes. */
export type TransformerSizes = {
  /** Side of a patch in pixels; it divides the image's height and width. */
  readonly patchSize: number;
  /** Width D of a token: a multiple of 4 and of `numHeads`. */
  readonly dim: number;
  /** Blocks. */
  readonly depth: number;
  /** Heads of every attention. */
  readonly numHeads: number;
  /** Hidden width of a feed-forward part, in units of `dim`. */
  readonly mlpRatio: number;
};

/** A decoder's sizes. */
export type DecoderSizes = {
  /** Width of its tokens: a multiple of 4 and of `numHeads`. */
  readonly dim: number;
  /** Blocks. */
  readonly depth: number;
  /** Heads of every attention. */
  readonly numHeads: number;
};

/** One crop and flip of each image. */
export type CropConfig = {
  /** Smallest share of the image's area that a crop covers, in (0, 1]. */
  readonly minScale: number;
  /** Share of the images that are mirrored, in [0, 1]. */
  readonly flipProbability: number;
};

/** The same with a change of colours. */
export type JitterCropConfig = CropConfig & {
  /** Largest change of brightness and of contrast, as a share, in [0, 1). */
  readonly jitter: number;
  /** Share of the views whose colours are changed at all, in [0, 1]. */
  readonly jitterProbability: number;
};

/** Sizes of block-wise masks. */
export type BlockConfig = {
  /** Patches to hide; never more, often a few less. */
  readonly numMasked: number;
  /** Least area of a block in patches. */
  readonly minArea: number;
};

/** What every method that sees one crop of an image has. */
export type CropRunConfig = RunConfig & {
  readonly image: {
    /** Height and width to which encoded images of any size are brought; decoded ones keep their own. */
    readonly size: number;
  };
  readonly augment: CropConfig;
};
