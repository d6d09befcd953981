import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";

/**
 * The composed form of `gatherTokens()`: a product with one-hot rows, whose gradient is a product again. A plain `tf.gather`
 * has no gradient on tfjs's WebAssembly device.
 */
export function gatherTokensReference(tokens: Tensor3D, keep: Tensor2D): Tensor3D {
  return tf.tidy(() => {
    const [batchSize, numTokens, dim] = tokens.shape;
    const [numRows, numVisible] = keep.shape;
    const numMasks = numRows / batchSize;
    const oneHot = tf.reshape(tf.oneHot(keep, numTokens), [numMasks, batchSize, numVisible, numTokens]);
    const perMask = tf.unstack(tf.cast(oneHot, "float32")) as Tensor3D[]; // K of [B, V, N]
    const kept = perMask.map((selection) => tf.matMul(selection, tokens)); // K of [B, V, D]
    return tf.reshape(tf.concat(kept, 0), [numRows, numVisible, dim]);
  });
}
