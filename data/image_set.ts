/**
 * One split of a labelled image data set, whole in memory.
 * @module
 */

/** Size of an image. */
export type ImageShape = {
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C: 3 are red, green, blue. */
  readonly channels: number;
};

/** One split of a labelled image data set: `size` images of one shape, each with its class. */
export type ImageSet = {
  /** Of the data set, as in its manifest. */
  readonly name: string;
  /** Rows of pixels of each image, H. */
  readonly height: number;
  /** Columns of pixels of each image, W. */
  readonly width: number;
  /** 1 for grey, 3 for red, green, blue: C. */
  readonly channels: number;
  /** Length of `classNames`. */
  readonly numClasses: number;
  /** What each label means. */
  readonly classNames: readonly string[];
  /** Number of images. */
  readonly size: number;
  /** [size, H, W, C], 0…255. */
  readonly images: Uint8Array;
  /** [size], 0…numClasses − 1. */
  readonly labels: Int32Array;
  /** [C], mean of the training split's pixels in [0, 1]; the test split carries the same. */
  readonly mean: readonly number[];
  /** [C], their standard deviation, > 0. */
  readonly std: readonly number[];
  /** SHA-256 of this split's images and then its labels, one byte each; the order of the rows counts. */
  readonly contentHash: string;
};
