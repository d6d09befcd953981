import type { ImageSet } from "@lacuna/data";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { TokenFeatures } from "./attentive_probe.ts";
import { embed } from "./embed.ts";

/**
 * Tokens [n, N, D] of all images of a split, computed batch by batch. They take n · N · D · 4 bytes: 750 MB for 60,000 images of 49 tokens of
 * width 64.
 * @param encode Called inside `tf.tidy`: images [B, H, W, C], normalized, to tokens [B, N, D].
 * @param images At least one.
 * @param batchSize Images a call, at least 1.
 * @throws {RangeError} If batchSize is not a positive integer, or there are no images.
 */
export async function embedTokens(
  encode: (images: Tensor4D) => Tensor3D,
  images: ImageSet,
  batchSize: number,
): Promise<TokenFeatures> {
  let numTokens = 0, dim = 0;
  const values = await embed(
    (batch) => {
      const tokens = encode(batch);
      [, numTokens, dim] = tokens.shape;
      return tf.reshape(tokens, [tokens.shape[0], numTokens * dim]);
    },
    images,
    batchSize,
  );
  return { values, numTokens, dim, labels: images.labels };
}
