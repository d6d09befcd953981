import type { ImageShape } from "@lacuna/data";
import { CrossDecoder, freeze, patchify, under } from "@lacuna/encoders";
import {
  blockMask,
  blockToExactMask,
  denseMask,
  maskBatch,
  restoreOrder,
  type TokenMask,
} from "@lacuna/masking";
import { bootmaePixelTargets, insideWeights, weightedMse } from "@lacuna/objectives";
import { integer, type Prng, stream, substream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { differentiate } from "./differentiate.ts";
import { type ImageBatch, imageTensor, sampleStreams } from "./image_batch.ts";
import { maeEncoder } from "./mae.ts";
import type { MaskTokenTerms, MtoConfig } from "./mask_token_terms.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { CropRunConfig, DecoderSizes, TransformerSizes } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import * as v from "valibot";
import { cropViews, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import { mtoTerms } from "./mask_token_terms.ts";
import {
  configParser,
  count,
  cropField,
  decoderField,
  imageField,
  mtoField,
  probability,
  runFields,
  transformerFields,
} from "./_method_fields.ts";
import { demoRun, describeSizes, noMto, paperRun, tinyRun } from "./method_presets.ts";

/** Everything that decides the numbers of a BootMAE run, apart from the images and the device. */
export type BootmaeConfig = CropRunConfig & {
  readonly encoder: TransformerSizes;
  /** Of the pixels' decoder. */
  readonly decoder: DecoderSizes;
  /** Of the features' decoder, whose width is the encoder's. */
  readonly features: Omit<DecoderSizes, "dim">;
  readonly masks: {
    /** Patches that blocks hide before the number is made exact: 120 of 196. */
    readonly numInBlocks: number;
    /** Least area of a block in patches. */
    readonly minArea: number;
    /** Patches that are hidden in the end: 147 of 196. */
    readonly numMasked: number;
  };
  readonly teacher: {
    /** Momentum after an eighth of the run, where `schedule.momentum` is the first, in [0, 1]. */
    readonly middleMomentum: number;
    /** Momentum after half of the run and from then on, in [0, 1]. */
    readonly lastMomentum: number;
  };
  readonly mto: MtoConfig;
};

/**
 * BootMAE (arXiv:2207.07116): from the visible patches one decoder gives the pixels of the others, looking at the encoder's first block, and another
 * what a teacher makes of them, looking at its last; the weight of the latter grows over the first quarter of the run.
 * @param config Sizes, masks, teacher, seed.
 * @param image What the images are.
 * @param terms What to add where mask tokens are: in both decoders, by halves.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function bootmae(
  config: BootmaeConfig,
  image: ImageShape,
  terms?: MaskTokenTerms,
): MethodPipeline<ImageBatch> {
  const { seed, schedule, encoder: { patchSize, dim, mlpRatio } } = config;
  if (terms?.scoreBias) {
    throw new RangeError("BootMAE's decoders cannot leave masked tokens out: set mto.exclude to 0");
  }
  const grid = [image.height / patchSize, image.width / patchSize] as const;
  const numPatches = grid[0] * grid[1];
  const [student, teacher] = [maeEncoder(config, image, "row"), maeEncoder(config, image, "row")]; // both begin with the same numbers
  freeze(teacher.parameters);
  const shared = { encoderDim: dim, gridHeight: grid[0], gridWidth: grid[1], mlpRatio };
  const pixels = new CrossDecoder(
    { ...shared, ...config.decoder, outDim: patchSize ** 2 * image.channels },
    stream({ seed, name: "init/pixels" }),
  );
  const features = new CrossDecoder(
    { ...shared, ...config.features, dim, outDim: dim },
    stream({ seed, name: "init/features" }),
  );
  const norm = Object.entries(student.parameters).filter(([name]) => name.startsWith("norm.")).map(([name]) =>
    name
  );
  const parameters = {
    ...Object.fromEntries(Object.entries(student.parameters).filter(([name]) => !norm.includes(name))), // nothing reads the last norm
    ...under("pixel_decoder", pixels),
    ...under("feature_decoder", features),
  };
  const drawMask = (prng: Prng, turn: number): TokenMask => {
    const { numInBlocks, minArea, numMasked } = config.masks;
    const sizes = {
      grid,
      numMasked: numInBlocks,
      minArea,
      maxArea: Math.ceil(numInBlocks / 2),
      maxAttempts: 10_000,
    };
    return blockToExactMask(
      blockMask(sizes, substream(prng, "blocks")),
      numMasked,
      substream(prng, "exact"),
      turn,
    );
  };
  drawMask(stream({ seed, name: "mask" }), 0); // masks that do not fit are told before the first step

  return {
    name: "bootmae",
    parameters,
    teacher: Object.fromEntries(Object.entries(teacher.parameters).filter(([name]) => !norm.includes(name))),
    outDim: dim,
    momentum: (progress) => {
      const { middleMomentum, lastMomentum } = config.teacher;
      const between = (from: number, to: number, share: number) => from + (to - from) * Math.min(share, 1);
      return progress < 1 / 8
        ? between(schedule.momentum, middleMomentum, 8 * progress)
        : between(middleMomentum, lastMomentum, (progress - 1 / 8) / (3 / 8));
    },
    step: (batch, { step, progress }) => {
      const turn = integer(stream({ seed, name: "mask-turn", step }), 0, 4); // one for the batch
      const masks = sampleStreams(batch, seed, "mask").map((prng) => drawMask(prng, turn));
      const teach = () => {
        const whole = teacher.forwardStages(imageTensor(batch, image)).stages.at(-1)!;
        return {
          features: normalized(tf.slice(whole, [0, 1, 0], [-1, -1, -1])),
          means: meanOfPatches(whole),
        };
      };
      return differentiate(parameters, (taught) => {
        const { visible, numRows, numVisible } = maskBatch(masks);
        const keep = tf.tensor2d(visible, [numRows, numVisible], "int32");
        const restore = tf.tensor2d(restoreOrder(masks), [numRows, numPatches], "int32");
        const mask = tf.tensor2d(denseMask(masks, numPatches), [numRows, numPatches]);
        const weights = insideWeights(mask, grid);
        const images = imageTensor(batch, image);
        const { stages } = student.forwardStages(images, { keep });
        const last = stages.at(-1)!;
        const ofPixels = pixels.forward(last, stages[1]!, restore);
        const ofFeatures = features.forward(last, last, restore);
        const pixelTargets = bootmaePixelTargets(patchify(images, patchSize, "channelLast"), image.channels);
        const pixelLoss = weightedMse(ofPixels.pred, pixelTargets, mask, weights).loss;
        const featureLoss = weightedMse(normalized(ofFeatures.pred), taught.features, mask, weights).loss;
        const host = tf.add(pixelLoss, tf.mul(Math.min(1, 4 * progress), featureLoss)) as tf.Scalar;
        const added = terms &&
          [ofPixels, ofFeatures].map((shown) => terms.loss({ ...shown, mask }, progress));
        return {
          loss: added ? tf.add(host, tf.div(tf.add(added[0]!.loss, added[1]!.loss), 2)) : host,
          metrics: {
            pixelLoss: pixelLoss.clone(),
            featureLoss: featureLoss.clone(),
            ...added?.[0]?.metrics,
            ...Object.fromEntries(
              Object.entries(added?.[1]?.metrics ?? {}).map(([name, metric]) => [`features.${name}`, metric]),
            ),
          },
          targets: taught.means,
        };
      }, teach);
    },
    visibleParts: ({ epoch, sample }) => [drawMask(stream({ seed, name: "mask", epoch, sample }), 0).visible],
    encoder: student,
    represent: (images) => tf.tidy(() => meanOfPatches(student.forwardStages(images).stages.at(-1)!)),
  };
}

/** Each token less its mean, over its deviation, [B, N, D]. */
function normalized(tokens: Tensor3D): Tensor3D {
  const { mean, variance } = tf.moments(tokens, -1, true);
  return tf.div<Tensor3D>(tf.sub(tokens, mean), tf.sqrt(tf.add(variance, 1e-5)));
}

const demo: BootmaeConfig = {
  ...demoRun,
  optimizer: { ...demoRun.optimizer, learningRate: 8e-3 },
  decoder: { dim: 48, depth: 2, numHeads: 4 },
  features: { depth: 2, numHeads: 4 },
  masks: { numInBlocks: 30, minArea: 4, numMasked: 37 },
  teacher: { middleMomentum: 0.995, lastMomentum: 0.999 },
  mto: noMto,
};

/** BootMAE as a method that can be run. */
export const bootmaeMethod: Method<BootmaeConfig, ImageBatch> = {
  name: "bootmae",
  title: "BootMAE",
  presets: {
    demo,
    tiny: {
      ...demo,
      ...tinyRun,
      decoder: { dim: 8, depth: 1, numHeads: 2 },
      features: { depth: 1, numHeads: 2 },
      masks: { numInBlocks: 9, minArea: 2, numMasked: 12 },
    },
    paper: {
      ...demo,
      ...paperRun,
      decoder: { dim: 512, depth: 2, numHeads: 12 },
      features: { depth: 2, numHeads: 12 },
      masks: { numInBlocks: 120, minArea: 16, numMasked: 147 },
      teacher: { middleMomentum: 0.9999, lastMomentum: 0.99999 },
      optimizer: { ...paperRun.optimizer, minLearningRate: 6.25e-6 }, // 1e-4 at 4,096
      schedule: { ...paperRun.schedule, momentum: 0.999 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(transformerFields),
    decoder: decoderField,
    features: v.strictObject({ depth: count, numHeads: count }),
    masks: v.strictObject({ numInBlocks: count, minArea: count, numMasked: count }),
    teacher: v.strictObject({ middleMomentum: probability, lastMomentum: probability }),
    mto: mtoField,
  })),
  describe: ({ encoder, masks }) =>
    `${describeSizes(encoder)}; ${masks.numMasked} patches masked, most in blocks`,
  views: cropViews,
  toBatch: toImageBatch,
  pipeline: (config, image) =>
    bootmae(config, image, mtoTerms(config.mto, Math.min(config.decoder.depth, config.features.depth))),
};
