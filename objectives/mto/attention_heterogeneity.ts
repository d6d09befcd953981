import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { softmaxMeasure } from "@lacuna/tensor/softmax-measure";
import { type ImageMeasure, perImage } from "./_image_measure.ts";

/**
 * How little masked tokens attend to particular visible ones in one block: `heterogeneity()` by the block's own scores, the mean over its heads;
 * what masked tokens and the class token get does not count.
 *
 * **Reconstruction**, as `heterogeneity()` is; of MTO (arXiv:2404.08330) it is not public whether affinities are the tokens' or attention's.
 * @param scores [B, heads, 1 + N, 1 + N] before the softmax, class token first.
 * @param mask [B, N], 1 = masked.
 * @returns In [0, 1] for each image.
 */
export function attentionHeterogeneity(scores: Tensor4D, mask: Tensor2D): ImageMeasure {
  return tf.tidy(() => {
    const visible: Tensor2D = tf.pad(tf.sub<Tensor2D>(1, mask), [[0, 0], [1, 0]]); // [B, 1 + N], without the class token
    const entropy = tf.mean(softmaxMeasure<Tensor3D>(scores, visible, "entropy"), 1) as Tensor2D; // [B, 1 + N]
    return perImage(tf.slice(entropy, [0, 1], [-1, -1]), mask);
  });
}
