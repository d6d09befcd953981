import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { gatherTokensReference } from "./gather_tokens_reference.ts";

/** The composed form of `gatherPatches()`: all patches by a transposition, then the kept ones. */
export function gatherPatchesReference(images: Tensor4D, patchSize: number, keep?: Tensor2D): Tensor3D {
  return tf.tidy(() => {
    const [batchSize, height, width, channels] = images.shape;
    const [numRows, numColumns, run] = [height / patchSize, width / patchSize, patchSize * channels];
    const rows: Tensor4D = tf.reshape(images, [batchSize * numRows, patchSize, numColumns, run]);
    const grid = tf.transpose(rows, [0, 2, 1, 3]); // [B·H/p, W/p, p, p·C]
    const patches: Tensor3D = tf.reshape(grid, [batchSize, numRows * numColumns, patchSize * run]);
    return keep ? gatherTokensReference(patches, keep) : patches;
  });
}
