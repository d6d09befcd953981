import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { gatherPatches } from "@lacuna/tensor";

/** In which order a patch's numbers lie: channel fastest (MAE), or channel slowest, as a convolution or PixelShuffle has them (SimMIM, BootMAE). */
export type PixelOrder = "channelLast" | "channelFirst";

/**
 * The pixels of every patch, patches row by row.
 * @param images [B, H, W, C].
 * @param patchSize p in pixels.
 * @param order Of the p·p·C numbers of a patch.
 * @returns [B, N, p·p·C].
 * @throws {RangeError} If the patch size does not divide the images.
 */
export function patchify(images: Tensor4D, patchSize: number, order: PixelOrder): Tensor3D {
  return tf.tidy(() => {
    const patches = gatherPatches(images, patchSize);
    if (order === "channelLast") return patches;
    const [batchSize, numPatches, patchDim] = patches.shape;
    const pixels = tf.reshape(patches, [batchSize * numPatches, patchSize ** 2, images.shape[3]]);
    return tf.reshape<tf.Rank.R3>(tf.transpose(pixels, [0, 2, 1]), [batchSize, numPatches, patchDim]);
  });
}
