import type { ImageShape } from "@lacuna/data";
import {
  type FirstCoordinate,
  MaeDecoder,
  type MaeDecoderConfig,
  patchify,
  PatchTransformer,
  under,
} from "@lacuna/encoders";
import { denseMask, maskBatch, numVisible, randomMask, restoreOrder } from "@lacuna/masking";
import { maePixelTargets, maskedMse } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { differentiate } from "./differentiate.ts";
import { type ImageBatch, imageTensor, sampleStreams } from "./image_batch.ts";
import type { MaskTokenTerms, MtoConfig } from "./mask_token_terms.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { CropRunConfig, DecoderSizes, TransformerSizes } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import * as v from "valibot";
import { cropViews, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import { mtoTerms, stagesFor } from "./mask_token_terms.ts";
import {
  configParser,
  cropField,
  decoderField,
  imageField,
  mtoField,
  ratio,
  runFields,
  transformerFields,
} from "./_method_fields.ts";
import { demoRun, describeSizes, noMto, paperRun, someMto, tinyRun } from "./method_presets.ts";

/** Everything that decides the numbers of an MAE run, apart from the images and the device. */
export type MaeConfig = CropRunConfig & {
  readonly encoder: TransformerSizes;
  readonly decoder: DecoderSizes;
  readonly masks: {
    /** Share of the patches that are hidden, in (0, 1). */
    readonly ratio: number;
  };
  readonly target: {
    /** Whether each patch's pixels are normalised by its own mean and deviation. */
    readonly normalizePatches: boolean;
  };
  readonly mto: MtoConfig;
};

/**
 * Masked autoencoder (MAE, arXiv:2111.06377): the encoder sees the visible patches alone, a small decoder fills in the pixels of the others.
 * @param config Sizes, masks, target, seed.
 * @param image What the images are.
 * @param terms What to add where mask tokens are: in the decoder.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function mae(
  config: MaeConfig,
  image: ImageShape,
  terms?: MaskTokenTerms,
): MethodPipeline<ImageBatch> {
  const { seed, masks: { ratio }, target } = config;
  const { patchSize, dim } = config.encoder;
  const encoder = maeEncoder(config, image);
  const [gridHeight, gridWidth] = [image.height / patchSize, image.width / patchSize];
  const numPatches = gridHeight * gridWidth;
  const share = 1 - numVisible(numPatches, ratio) / numPatches; // as the official code rounds
  const decoder = new MaeDecoder(maeDecoderConfig(config, image), stream({ seed, name: "init/decoder" }));
  const parameters = { ...encoder.parameters, ...under("decoder", decoder) };

  return {
    name: "mae",
    parameters,
    teacher: {},
    outDim: dim,
    momentum: () => 1,
    step: (batch, { progress }) => {
      const masks = sampleStreams(batch, seed, "mask").map((prng) => randomMask(numPatches, share, prng));
      return differentiate(parameters, () => {
        const { visible, numRows, numVisible } = maskBatch(masks);
        const keep = tf.tensor2d(visible, [numRows, numVisible], "int32");
        const restore = tf.tensor2d(restoreOrder(masks), [numRows, numPatches], "int32");
        const mask = tf.tensor2d(denseMask(masks, numPatches), [numRows, numPatches]);
        const images = imageTensor(batch, image);
        const patches = patchify(images, patchSize, "channelLast");
        const tokens = encoder.forward(images, { keep }); // [B, 1 + V, D]
        const { pred, ...shown } = decoder.forward(tokens, restore, stagesFor(terms, mask));
        const host = maskedMse(pred, target.normalizePatches ? maePixelTargets(patches) : patches, mask);
        const added = terms?.loss({ ...shown, mask }, progress);
        return {
          loss: added ? tf.add(host.loss, added.loss) : host.loss,
          metrics: { pixels: host.loss.clone(), ...added?.metrics },
          targets: meanOfPatches(tokens),
        };
      });
    },
    visibleParts: ({ epoch, sample }) => [
      randomMask(numPatches, share, stream({ seed, name: "mask", epoch, sample })).visible,
    ],
    encoder,
    represent: (images) => tf.tidy(() => meanOfPatches(encoder.forward(images))),
  };
}

/** The encoder of an MAE run as it starts; its positions tell the column first, or the row, as BootMAE's do. */
export function maeEncoder(
  { seed, encoder }: Pick<MaeConfig, "seed" | "encoder">,
  image: ImageShape,
  firstCoordinate: FirstCoordinate = "column",
): PatchTransformer {
  return new PatchTransformer({
    ...encoder,
    firstCoordinate,
    imageHeight: image.height,
    imageWidth: image.width,
    channels: image.channels,
    dropPathRate: 0,
    family: "vit",
    layerScaleInit: 0,
    maskToken: false,
  }, stream({ seed, name: "init/encoder" }));
}

/** The sizes of an MAE run's decoder. */
export function maeDecoderConfig(
  { encoder: { patchSize, dim, mlpRatio }, decoder }: Pick<MaeConfig, "encoder" | "decoder">,
  image: ImageShape,
): MaeDecoderConfig {
  return {
    ...decoder,
    encoderDim: dim,
    gridHeight: image.height / patchSize,
    gridWidth: image.width / patchSize,
    mlpRatio,
    outDim: patchSize ** 2 * image.channels,
  };
}

const demo: MaeConfig = {
  ...demoRun,
  decoder: { dim: 48, depth: 2, numHeads: 4 },
  masks: { ratio: 0.75 },
  target: { normalizePatches: true },
  mto: noMto,
};

/** MAE as a method that can be run. */
export const maeMethod: Method<MaeConfig, ImageBatch> = {
  name: "mae",
  title: "MAE",
  presets: {
    demo,
    mto: { ...demo, mto: someMto },
    tiny: { ...demo, ...tinyRun, decoder: { dim: 8, depth: 1, numHeads: 2 } },
    paper: { ...demo, ...paperRun, decoder: { dim: 512, depth: 8, numHeads: 16 } },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(transformerFields),
    decoder: decoderField,
    masks: v.strictObject({ ratio }),
    target: v.strictObject({ normalizePatches: v.boolean() }),
    mto: mtoField,
  })),
  describe: ({ encoder, decoder, masks }) =>
    `${describeSizes(encoder)}; decoder of width ${decoder.dim}, depth ${decoder.depth}; ${
      100 * masks.ratio
    } % masked`,
  views: cropViews,
  toBatch: toImageBatch,
  pipeline: (config, image) => mae(config, image, mtoTerms(config.mto, config.decoder.depth)),
};
