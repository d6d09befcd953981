import type { ImageShape } from "@lacuna/data";
import { Linear, under } from "@lacuna/encoders";
import { blockMask } from "@lacuna/masking";
import { hogTargets, maskedMse } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import { beitHost, type BeitHostConfig } from "./beit_host.ts";
import type { ImageBatch } from "./image_batch.ts";
import type { MaskTokenTerms } from "./mask_token_terms.ts";
import type { BlockConfig } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import * as v from "valibot";
import { cropViews, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import { mtoTerms } from "./mask_token_terms.ts";
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

/** Everything that decides the numbers of a MaskFeat run, apart from the images and the device. */
export type MaskfeatConfig = BeitHostConfig & {
  readonly masks: BlockConfig;
  readonly target: {
    /** Pixels on the side of a histogram's cell; divides the patch. */
    readonly cellSize: number;
    /** Directions between 0 and π. */
    readonly numBins: number;
  };
};

/**
 * MaskFeat (arXiv:2112.09133): mask tokens in the place of hidden patches, and one linear map gives their histograms of oriented gradients.
 * @param config Sizes, masks, target, seed.
 * @param image What the images are.
 * @param terms What to add where mask tokens are: in the encoder.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function maskfeat(
  config: MaskfeatConfig,
  image: ImageShape,
  terms?: MaskTokenTerms,
): MethodPipeline<ImageBatch> {
  const { seed, target, encoder: { patchSize, dim } } = config;
  const grid = [image.height / patchSize, image.width / patchSize] as const;
  const outDim = (patchSize / target.cellSize) ** 2 * image.channels * target.numBins;
  const head = new Linear(dim, outDim, stream({ seed, name: "init/head" }), "beit");
  return beitHost(config, image, {
    name: "maskfeat",
    drawMask: (prng) => blockMask({ grid, ...config.masks }, prng),
    parameters: under("decoder", head),
    compare: ({ patches, images, mask }) =>
      maskedMse(head.forward(patches), hogTargets(images, { patchSize, ...target }), mask),
  }, terms);
}

const demo: MaskfeatConfig = {
  ...demoRun,
  augment: { minScale: 0.5, flipProbability: 0.5 },
  encoder: demoBeit,
  optimizer: { ...demoRun.optimizer, learningRate: 4e-3 },
  masks: { numMasked: 20, minArea: 4 },
  target: { cellSize: 4, numBins: 9 },
  mto: noMto,
};

/** MaskFeat as a method that can be run. */
export const maskfeatMethod: Method<MaskfeatConfig, ImageBatch> = {
  name: "maskfeat",
  title: "MaskFeat",
  presets: {
    demo,
    tiny: {
      ...demo,
      ...tinyRun,
      encoder: tinyBeit,
      masks: { numMasked: 6, minArea: 2 },
      target: { cellSize: 7, numBins: 9 },
    },
    paper: {
      ...demo,
      ...paperRun,
      augment: { minScale: 0.5, flipProbability: 0.5 },
      encoder: { ...paperBeit, dropPathRate: 0 },
      masks: { numMasked: 78, minArea: 15 },
      target: { cellSize: 8, numBins: 9 },
      optimizer: { ...paperRun.optimizer, learningRate: 2e-4, beta2: 0.999, clipNorm: 0.02 },
      schedule: { ...paperRun.schedule, epochs: 300, warmupEpochs: 30, batchSize: 2048 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(beitFields),
    masks: blockField,
    target: v.strictObject({ cellSize: count, numBins: count }),
    mto: mtoField,
  })),
  describe: ({ encoder, masks }) => `${describeSizes(encoder)}; ${masks.numMasked} patches masked in blocks`,
  views: cropViews,
  toBatch: toImageBatch,
  pipeline: (config, image) => maskfeat(config, image, mtoTerms(config.mto, config.encoder.depth)),
};
