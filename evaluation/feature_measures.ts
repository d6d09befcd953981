/**
 * What vectors of images look like to one who knows no classes.
 * @module
 */
import type { ImageSet } from "@lacuna/data";
import type { Transform } from "@lacuna/data/augment";
import type { TokenEncoder } from "@lacuna/encoders";
import { spread } from "@lacuna/objectives";
import { choice, integer, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { BATCH_SIZE } from "./_batch_size.ts";
import { embedViews } from "./_embed_views.ts";
import { embed, type Encode } from "./embed.ts";
import { embedLayers } from "./embed_layers.ts";
import type { Features } from "./features.ts";
import { lidar } from "./lidar.ts";
import { type RankMeasures, rankMeasures } from "./rank_measures.ts";

/** How many directions vectors of images use, and how much they vary from image to image. */
export type FeatureMeasures = RankMeasures & {
  /** Directions that tell images apart more than their own views do; see `lidar()`. Left out without views, and of vectors of more than 1,024 numbers. */
  readonly lidar?: number;
  /** Mean over D of the standard deviation over images; see `spread()`. */
  readonly spread: number;
  /** The same of the mean of the patches' tokens after each block; an encoder's alone. */
  readonly blockSpreads?: readonly number[];
};

/** What is measured, and of how much. */
export type FeatureMeasuresOptions = {
  /** Images that are measured, drawn without replacement; all if they are fewer. */
  readonly numImages?: number;
  /** q ≥ 2, views of each for LiDAR. */
  readonly numViews?: number;
  /** How an image becomes a view, ending at its own size; without it there is no LiDAR. */
  readonly view?: readonly Transform[];
  /** Whose blocks are measured; none if left out. */
  readonly encoder?: TokenEncoder | undefined;
  /** Which images, and which views, a uint32. */
  readonly seed?: number;
};

/** What {@linkcode featureMeasures} does unless told otherwise. */
export const featureMeasuresDefaults: Readonly<
  Required<Pick<FeatureMeasuresOptions, "numImages" | "numViews" | "seed">>
> = { numImages: 1000, numViews: 10, seed: 0 };

const WIDEST = 1024; // numbers a vector for LiDAR, whose matrices [D, D] are factorised in JavaScript

/**
 * Measures an encoder by its vectors of some images, without their classes.
 * @param encode Images [B, H, W, C], normalized, to the vectors [B, D] that are measured.
 * @param images At least 2.
 * @param options Of how much, and what besides.
 * @throws {RangeError} If there are fewer than 2 images or views, or a vector is not finite.
 */
export async function featureMeasures(
  encode: Encode,
  images: ImageSet,
  options: FeatureMeasuresOptions = {},
): Promise<FeatureMeasures> {
  const { numImages, numViews, view, encoder, seed } = { ...featureMeasuresDefaults, ...options };
  const prng = stream({ seed, name: "feature-measures/images" });
  const samples = choice(images.size, Math.min(numImages, images.size), prng);
  const drawn = part(images, samples);
  const values = await embed(encode, drawn, BATCH_SIZE);
  const dim = values.length / drawn.size;
  const ofViews = integer(stream({ seed, name: "feature-measures/views" }), 0, 2 ** 32 - 1); // or they were the crops of the run's own epochs
  return {
    ...rankMeasures({ values, dim }),
    ...view && dim <= WIDEST && {
      lidar: lidar(
        (await embedViews(encode, drawn, { samples, view, numViews, seed: ofViews })).values,
        dim,
        numViews,
      ),
    },
    spread: await spreadOf(values, dim),
    ...encoder && { blockSpreads: await blockSpreads(encoder, drawn) },
  };
}

async function blockSpreads(encoder: TokenEncoder, images: ImageSet): Promise<number[]> {
  const { dim } = encoder.config;
  const meansAfter = (batch: tf.Tensor4D) =>
    encoder.layerVectors(batch).map((vectors) => tf.slice(vectors, [0, vectors.shape[1] - dim], [-1, dim]) // without the class token, which comes first
    );
  const blocks: Features[] = await embedLayers(meansAfter, images, BATCH_SIZE);
  return await Promise.all(blocks.map(({ values }) => spreadOf(values, dim)));
}

async function spreadOf(values: Float32Array, dim: number): Promise<number> {
  const found = tf.tidy(() => spread(tf.tensor2d(values, [values.length / dim, dim])));
  const [value] = await found.data();
  found.dispose();
  return value!;
}

/** Some of the images, in this order. */
function part(images: ImageSet, samples: Int32Array): ImageSet {
  const length = images.height * images.width * images.channels;
  const pixels = new Uint8Array(samples.length * length);
  samples.forEach((sample, i) =>
    pixels.set(images.images.subarray(sample * length, (sample + 1) * length), i * length)
  );
  const labels = samples.map((sample) => images.labels[sample]!);
  return { ...images, size: samples.length, images: pixels, labels };
}
