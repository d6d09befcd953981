/**
 * Batches of methods that see one view of an image.
 * @module
 */
import type { ImageShape } from "@lacuna/data";
import { type Prng, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor4D } from "@tensorflow/tfjs-core";

/** B images, and where their random numbers are. */
export type ImageBatch = {
  /** [B, H, W, C] normalized pixels. */
  readonly images: Float32Array;
  /** [B] the images' addresses; with `epoch` they address the masks. */
  readonly samples: Int32Array | Float64Array;
  readonly epoch: number;
};

/** The images as a tensor [B, H, W, C]. */
export function imageTensor(
  { images, samples }: ImageBatch,
  { height, width, channels }: ImageShape,
): Tensor4D {
  return tf.tensor4d(images, [samples.length, height, width, channels]);
}

/** A stream of each sample's own. */
export function sampleStreams(
  { samples, epoch }: Pick<ImageBatch, "samples" | "epoch">,
  seed: number,
  name: string,
): Prng[] {
  return Array.from(samples, (sample) => stream({ seed, name, epoch, sample }));
}
