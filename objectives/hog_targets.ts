import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";
import { l2Normalize } from "@lacuna/tensor/l2-normalize";

/** Sizes of the histograms. */
export type HogOptions = {
  /** Pixels on a patch's side; a multiple of `cellSize`. */
  readonly patchSize: number;
  /** Pixels on a cell's side; 8 in the paper. */
  readonly cellSize: number;
  /** Directions between 0 and π; 9 if left out. */
  readonly numBins?: number;
  /** σ in pixels of a Gaussian over each patch by which magnitudes are weighted, as some codes do; none if left out. */
  readonly gaussianSigma?: number;
};

/**
 * Histograms of oriented gradients of every patch (MaskFeat, arXiv:2112.09133, §3.2, and its official code): by cell and channel, gradients'
 * magnitudes summed by direction, each histogram of unit length.
 *
 * Gradients are Sobel's, x̂ with rows (1, 0, −1), (2, 0, −2), (1, 0, −1) and ŷ with its transpose, over edges reflected by one pixel. The bin
 * is ⌊bins · atan2(x̂, ŷ) / π⌋ modulo bins, x̂ first.
 * @param images [B, H, W, C], any scale.
 * @param options Sizes.
 * @returns [B, N, cells · C · bins], patches row by row; in a patch by cell (row by row), channel and bin. Zeros where nothing changes.
 * @throws {RangeError} If cells do not tile patches, or patches the images.
 */
export function hogTargets(images: Tensor4D, options: HogOptions): Tensor3D {
  const { patchSize, cellSize, numBins = 9, gaussianSigma } = options;
  const [batchSize, height, width, channels] = images.shape;
  if (!(patchSize % cellSize === 0 && height % patchSize === 0 && width % patchSize === 0)) {
    throw new RangeError(
      `Cells of ${cellSize} pixels in patches of ${patchSize} do not tile images [${images.shape}]: choose divisors`,
    );
  }
  const [rows, columns, cells] = [height / patchSize, width / patchSize, patchSize / cellSize];
  return tf.tidy(() => {
    const padded = tf.mirrorPad(images, [[0, 0], [1, 1], [1, 1], [0, 0]], "reflect");
    const at = (i: number, j: number): Tensor4D => tf.slice(padded, [0, i, j, 0], [-1, height, width, -1]);
    const sobel = (near: (k: number) => Tensor4D, far: (k: number) => Tensor4D): Tensor4D =>
      tf.addN([0, 1, 2].map((k) => tf.mul<Tensor4D>(tf.sub(near(k), far(k)), k === 1 ? 2 : 1)));
    const x = sobel((k) => at(k, 0), (k) => at(k, 2));
    const y = sobel((k) => at(0, k), (k) => at(2, k));
    const magnitude = tf.mul(
      tf.sqrt(tf.add(tf.square(x), tf.square(y))),
      gaussianSigma === undefined ? 1 : gaussian(patchSize, gaussianSigma, rows, columns),
    );
    const bin = tf.mod(tf.floor(tf.mul(tf.atan2(x, y), numBins / Math.PI)), numBins); // never negative
    const histogram = tf.mul(
      tf.oneHot(tf.cast(bin, "int32"), numBins, 1, 0, "float32"), // [B, H, W, C, bins]
      tf.expandDims(magnitude, -1),
    );
    const inCells: Tensor5D = tf.reshape(histogram, [
      batchSize * rows * cells,
      cellSize,
      columns * cells,
      cellSize,
      channels * numBins,
    ]);
    const summed = tf.reshape(tf.sum(inCells, [1, 3]), [-1, numBins]);
    const byPatch = tf.reshape(l2Normalize(summed), [
      batchSize * rows,
      cells,
      columns,
      cells * channels * numBins,
    ]);
    return tf.reshape<tf.Rank.R3>(tf.transpose(byPatch, [0, 2, 1, 3]), [
      batchSize,
      rows * columns,
      cells * cells * channels * numBins,
    ]);
  });
}

/** Weights [1, H, W, 1], the same in every patch, around its middle; they sum to 1 in a patch, as in the code that has them. */
function gaussian(patchSize: number, sigma: number, rows: number, columns: number): Tensor4D {
  const middle = (patchSize - 1) / 2;
  const profile = Array.from(
    { length: patchSize },
    (_, i) => Math.exp(-((i - middle) ** 2) / (2 * sigma ** 2)),
  );
  const sum = profile.reduce((s, w) => s + w, 0);
  const side = tf.tensor1d(profile.map((w) => w / sum));
  const patch: Tensor4D = tf.reshape(tf.outerProduct(side, side), [1, patchSize, patchSize, 1]);
  return tf.tile(patch, [1, rows, columns, 1]);
}
