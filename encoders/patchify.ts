import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";

/**
 * Cuts images into square patches, row by row of the grid, each flattened by row, column and channel.
 * @param images [B, H, W, C].
 * @param patchSize p in pixels; divides H and W.
 * @returns [B, N, p·p·C] with N = (H / p) · (W / p).
 * @throws {RangeError} If `patchSize` does not divide H or W.
 */
export function patchify(images: Tensor4D, patchSize: number): Tensor3D {
  const [batchSize, height, width, channels] = images.shape;
  if (height % patchSize !== 0 || width % patchSize !== 0) {
    throw new RangeError(
      `Cannot cut images of ${height}×${width} into patches of ${patchSize}×${patchSize}: ` +
        "choose a patch size that divides both",
    );
  }
  const [numRows, numColumns, rowLength] = [height / patchSize, width / patchSize, patchSize * channels];
  return tf.tidy(() => {
    const rows: Tensor4D = tf.reshape(images, [batchSize * numRows, patchSize, numColumns, rowLength]);
    const patches = tf.transpose(rows, [0, 2, 1, 3]); // [B·H/p, W/p, p, p·C]
    return tf.reshape(patches, [batchSize, numRows * numColumns, patchSize * rowLength]);
  });
}
