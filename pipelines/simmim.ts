import type { ImageShape } from "@lacuna/data";
import { Linear, patchify, under } from "@lacuna/encoders";
import { cellMask } from "@lacuna/masking";
import { maskedL1 } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import { beitHost, type BeitHostConfig } from "./beit_host.ts";
import type { ImageBatch } from "./image_batch.ts";
import type { MaskTokenTerms } from "./mask_token_terms.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import * as v from "valibot";
import { cropViews, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import { mtoTerms } from "./mask_token_terms.ts";
import {
  beitFields,
  configParser,
  count,
  cropField,
  imageField,
  mtoField,
  ratio,
  runFields,
} from "./_method_fields.ts";
import {
  demoBeit,
  demoRun,
  describeSizes,
  noMto,
  paperBeit,
  paperRun,
  someMto,
  tinyBeit,
  tinyRun,
} from "./method_presets.ts";

/** Everything that decides the numbers of a SimMIM run, apart from the images and the device. */
export type SimmimConfig = BeitHostConfig & {
  readonly masks: {
    /** Share of the cells that are hidden, in (0, 1). */
    readonly ratio: number;
    /** Patches on a cell's side; divides both sides of the grid. */
    readonly cellSize: number;
  };
};

/**
 * SimMIM (arXiv:2111.09886): mask tokens in the place of hidden patches, all go through the encoder, and one linear map gives their pixels.
 * @param config Sizes, masks, seed.
 * @param image What the images are.
 * @param terms What to add where mask tokens are: in the encoder.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function simmim(
  config: SimmimConfig,
  image: ImageShape,
  terms?: MaskTokenTerms,
): MethodPipeline<ImageBatch> {
  const { seed, masks: { ratio, cellSize }, encoder: { patchSize, dim } } = config;
  const grid = [image.height / patchSize, image.width / patchSize] as const;
  const head = new Linear(dim, patchSize ** 2 * image.channels, stream({ seed, name: "init/head" }), "beit");
  return beitHost(config, image, {
    name: "simmim",
    drawMask: (prng) => cellMask({ grid, cellSize, ratio }, prng),
    parameters: under("decoder", head),
    compare: ({ patches, images, mask }) => {
      const pixels = patchify(images, patchSize, "channelFirst");
      return maskedL1(head.forward(patches), pixels, mask, image.channels);
    },
  }, terms);
}

const demo: SimmimConfig = {
  ...demoRun,
  encoder: demoBeit,
  optimizer: { ...demoRun.optimizer, learningRate: 8e-3 },
  masks: { ratio: 0.6, cellSize: 1 },
  mto: noMto,
};

/** SimMIM as a method that can be run. */
export const simmimMethod: Method<SimmimConfig, ImageBatch> = {
  name: "simmim",
  title: "SimMIM",
  presets: {
    demo,
    mto: { ...demo, mto: someMto },
    tiny: { ...demo, ...tinyRun, encoder: tinyBeit },
    paper: {
      ...demo,
      ...paperRun,
      augment: { minScale: 0.67, flipProbability: 0.5 },
      encoder: paperBeit,
      masks: { ratio: 0.6, cellSize: 2 },
      optimizer: { ...paperRun.optimizer, learningRate: 5e-5, beta2: 0.999, clipNorm: 5 }, // 1e-4 for 512 images there
      schedule: { ...paperRun.schedule, warmupEpochs: 10, decay: "step", batchSize: 2048 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(beitFields),
    masks: v.strictObject({ ratio, cellSize: count }),
    mto: mtoField,
  })),
  describe: ({ encoder, masks }) =>
    `${describeSizes(encoder)}; ${
      100 * masks.ratio
    } % masked in cells of ${masks.cellSize} × ${masks.cellSize} patches`,
  views: cropViews,
  toBatch: toImageBatch,
  pipeline: (config, image) => simmim(config, image, mtoTerms(config.mto, config.encoder.depth)),
};
