import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { PixelOrder } from "./patchify.ts";

/**
 * The images that patches are of: `unpatchify(patchify(images))` is `images`.
 * @param patches [B, N, p·p·C].
 * @param size H, W and C.
 * @param patchSize p in pixels.
 * @param order Of the numbers of a patch.
 * @returns [B, H, W, C].
 * @throws {TypeError} If there are not as many patches or numbers as such images have.
 */
export function unpatchify(
  patches: Tensor3D,
  [height, width, channels]: readonly [number, number, number],
  patchSize: number,
  order: PixelOrder,
): Tensor4D {
  const [batchSize, numPatches, patchDim] = patches.shape;
  const [rows, columns] = [height / patchSize, width / patchSize];
  if (numPatches !== rows * columns || patchDim !== patchSize ** 2 * channels) {
    throw new TypeError(
      `Patches [${patches.shape}] make no images of ${height} × ${width} × ${channels} with patches of ${patchSize}`,
    );
  }
  return tf.tidy(() => {
    const inner = order === "channelLast"
      ? [patchSize, patchSize, channels]
      : [channels, patchSize, patchSize];
    const split = tf.reshape(patches, [batchSize * rows, columns, ...inner]);
    const order5 = order === "channelLast" ? [0, 2, 1, 3, 4] : [0, 3, 1, 4, 2]; // row in the patch, column of patches, column in it, channel
    return tf.reshape<tf.Rank.R4>(tf.transpose(split, order5), [batchSize, height, width, channels]);
  });
}
