import type { ImageShape } from "@lacuna/data";
import { Linear, patchify, under } from "@lacuna/encoders";
import { blockMask } from "@lacuna/masking";
import { codeXent, nearestCentroids } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Rank } from "@tensorflow/tfjs-core";
import { beitHost, type BeitHostConfig } from "./beit_host.ts";
import type { ImageBatch } from "./image_batch.ts";
import { maskedRows } from "./masked_rows.ts";
import type { MaskTokenTerms } from "./mask_token_terms.ts";
import type { BlockConfig } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import * as v from "valibot";
import { cropViews, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import { kMeans } from "@lacuna/objectives";
import { mtoTerms } from "./mask_token_terms.ts";
import { imageTensor } from "./image_batch.ts";
import {
  beitFields,
  blockField,
  configParser,
  count,
  cropField,
  imageField,
  mtoField,
  runFields,
} from "./_method_fields.ts";
import {
  demoBeit,
  demoRun,
  describeSizes,
  noMto,
  paperBeit,
  paperRun,
  tinyBeit,
  tinyRun,
} from "./method_presets.ts";

/** Everything that decides the numbers of a BEiT run, apart from the images and the device. */
export type BeitConfig = BeitHostConfig & {
  readonly masks: BlockConfig;
  readonly target: {
    /** K, the codes of the tokeniser. */
    readonly numCodes: number;
  };
};

/**
 * BEiT (arXiv:2106.08254): mask tokens in the place of hidden patches, and one linear map gives their codes. In the place of DALL·E's tokeniser
 * stands the nearest of K centroids of patches.
 * @param config Sizes, masks, seed.
 * @param image What the images are.
 * @param terms What to add where mask tokens are: in the encoder.
 * @param centroids [K, p·p·C] flat, of patches as `patchify()` has them; random ones, which a checkpoint replaces, if left out.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function beit(
  config: BeitConfig,
  image: ImageShape,
  terms?: MaskTokenTerms,
  centroids?: Float32Array,
): MethodPipeline<ImageBatch> {
  const { seed, target: { numCodes }, encoder: { patchSize, dim } } = config;
  const grid = [image.height / patchSize, image.width / patchSize] as const;
  const patchDim = patchSize ** 2 * image.channels;
  const head = new Linear(dim, numCodes, stream({ seed, name: "init/head" }), "beit");
  const initial = tf.tensor2d(centroids ?? new Float32Array(numCodes * patchDim), [numCodes, patchDim]);
  const tokenizer = tf.variable<Rank.R2>(initial, false);
  initial.dispose();
  return beitHost(config, image, {
    name: "beit",
    drawMask: (prng) => blockMask({ grid, ...config.masks }, prng),
    parameters: { ...under("lm_head", head), "tokenizer.centroids": tokenizer },
    compare: ({ patches, images, masked }) => {
      const pixels = maskedRows(patchify(images, patchSize, "channelLast"), masked);
      return codeXent(head.forward(maskedRows(patches, masked)), nearestCentroids(pixels, tokenizer));
    },
  }, terms);
}

const NUM_PATCHES = 16_384; // of which the tokeniser is made

/** Centroids of the patches of the first images. */
async function fitTokenizer(
  { seed, target, encoder: { patchSize } }: BeitConfig,
  image: ImageShape,
  batches: AsyncIterable<ImageBatch>,
): Promise<Float32Array> {
  const patchDim = patchSize ** 2 * image.channels;
  const rows: Float32Array[] = [];
  let numRows = 0;
  for await (const batch of batches) {
    const patches = tf.tidy(() => patchify(imageTensor(batch, image), patchSize, "channelLast"));
    rows.push(Float32Array.from(await patches.data()));
    patches.dispose();
    numRows += rows.at(-1)!.length / patchDim;
    if (numRows >= Math.max(NUM_PATCHES, target.numCodes)) break;
  }
  const all = new Float32Array(numRows * patchDim);
  let at = 0;
  for (const values of rows) {
    all.set(values, at);
    at += values.length;
  }
  return await kMeans(all, patchDim, target.numCodes, stream({ seed, name: "tokenizer" }));
}

const demo: BeitConfig = {
  ...demoRun,
  encoder: demoBeit,
  optimizer: { ...demoRun.optimizer, learningRate: 4e-3 },
  masks: { numMasked: 20, minArea: 4 },
  target: { numCodes: 256 },
  mto: noMto,
};

/** BEiT as a method that can be run. */
export const beitMethod: Method<BeitConfig, ImageBatch> = {
  name: "beit",
  title: "BEiT",
  presets: {
    demo,
    tiny: {
      ...demo,
      ...tinyRun,
      encoder: tinyBeit,
      masks: { numMasked: 6, minArea: 2 },
      target: { numCodes: 8 },
    },
    paper: {
      ...demo,
      ...paperRun,
      encoder: paperBeit,
      masks: { numMasked: 75, minArea: 16 },
      target: { numCodes: 8192 },
      optimizer: {
        ...paperRun.optimizer,
        learningRate: 1.875e-4, // 1.5e-3 at 2,048
        minLearningRate: 1.25e-6, // 1e-5
        beta2: 0.999,
        clipNorm: 3,
      },
      schedule: { ...paperRun.schedule, warmupEpochs: 10, batchSize: 2048 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(beitFields),
    masks: blockField,
    target: v.strictObject({ numCodes: count }),
    mto: mtoField,
  })),
  describe: ({ encoder, masks, target }) =>
    `${describeSizes(encoder)}; ${masks.numMasked} patches masked in blocks, ${target.numCodes} codes`,
  views: cropViews,
  toBatch: toImageBatch,
  prepare: fitTokenizer,
  pipeline: (config, image, centroids) =>
    beit(config, image, mtoTerms(config.mto, config.encoder.depth), centroids),
};
