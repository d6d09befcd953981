import type { ImageSet } from "@lacuna/data";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { embedEach } from "./_embed_each.ts";
import type { Features } from "./features.ts";

/**
 * Features [n, D] of every layer for all images of a split, from one forward pass a batch. They take layers · n · D · 4 bytes: for 60,000 images
 * and 12 layers of 2 · 64 numbers 369 MB.
 * @param encode Called inside `tf.tidy`: images [B, H, W, C], normalized, to vectors [B, D] of each layer, as an encoder's `layerVectors()`.
 * @param images At least one.
 * @param batchSize Images a call, at least 1.
 * @throws {RangeError} If batchSize is not a positive integer, or there are no images.
 * @throws {TypeError} If a layer does not give one vector an image.
 */
export async function embedLayers(
  encode: (images: Tensor4D) => Tensor2D[],
  images: ImageSet,
  batchSize: number,
): Promise<Features[]> {
  const layers = await embedEach(encode, images, batchSize);
  return layers.map((vectors) => ({ ...vectors, labels: images.labels }));
}
