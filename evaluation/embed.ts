import type { ImageSet } from "@lacuna/data";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { embedEach } from "./_embed_each.ts";

/** Frozen encoder: images [B, H, W, C], normalized and not augmented, to vectors [B, D]. */
export type Encode = (images: Tensor4D) => Tensor2D;

/**
 * Features [n, D] of all images of a split, row after row, computed batch by batch.
 * @param encode Called inside `tf.tidy`; `(x) => tf.reshape(x, [x.shape[0], -1])` gives raw pixels.
 * @param images At least one.
 * @param batchSize Images a call, at least 1; the last call may have fewer.
 * @throws {RangeError} If batchSize is not a positive integer, or there are no images.
 * @throws {TypeError} If the encoder does not give one vector an image.
 */
export async function embed(encode: Encode, images: ImageSet, batchSize: number): Promise<Float32Array> {
  const [vectors] = await embedEach((batch) => [encode(batch)], images, batchSize);
  return vectors!.values;
}
