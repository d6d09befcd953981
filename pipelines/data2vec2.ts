import type { ImageShape } from "@lacuna/data";
import { ConvDecoder, freeze, under, VisibleTransformer } from "@lacuna/encoders";
import { flatMasked, inverseBlockMask, maskBatch, maskRows, restoreOrder } from "@lacuna/masking";
import { classLoss, contextLoss, contextTargets } from "@lacuna/objectives";
import { stream, substream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor3D } from "@tensorflow/tfjs-core";
import { differentiate } from "./differentiate.ts";
import { type ImageBatch, imageTensor, sampleStreams } from "./image_batch.ts";
import { maskedRows } from "./masked_rows.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { CropRunConfig, TransformerSizes } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import { type MomentumRise, risingMomentum } from "./rising_momentum.ts";
import * as v from "valibot";
import { cropViews, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import {
  configParser,
  count,
  cropField,
  imageField,
  momentumRiseField,
  notNegative,
  ratio,
  runFields,
  transformerFields,
} from "./_method_fields.ts";
import { demoRun, describeSizes, paperRun, tinyRun } from "./method_presets.ts";

/** Everything that decides the numbers of a data2vec 2.0 run, apart from the images and the device. */
export type Data2vec2Config = CropRunConfig & {
  readonly encoder: TransformerSizes;
  readonly decoder: {
    /** Channels of its layers; a multiple of `groups`. */
    readonly dim: number;
    /** Layers. */
    readonly depth: number;
    /** Side of their kernels, odd. */
    readonly kernelSize: number;
    /** Groups of channels; divides both widths. */
    readonly groups: number;
  };
  readonly masks: {
    /** R, share of the patches that are hidden, in (0, 1). */
    readonly ratio: number;
    /** B, patches on the side of a kept block. */
    readonly blockSize: number;
    /** A, how much more the kept blocks would cover than is kept. */
    readonly adjust: number;
    /** M, masks of each image, which share one pass of the teacher. */
    readonly numMasks: number;
  };
  readonly target: {
    /** K, the teacher's last blocks that make the target. */
    readonly topK: number;
    /** Weight of the class token's loss, ≥ 0. */
    readonly classWeight: number;
  };
  readonly teacher: MomentumRise;
};

/**
 * data2vec 2.0 for images (arXiv:2212.07525): the student encodes the visible patches alone, a convolutional decoder fills in what a teacher makes
 * of the masked ones, and M masks of an image share one pass of the teacher; the class token predicts the mean of the targets.
 *
 * The official code multiplies the class token's loss by the rows of a worker, which here is left to `classWeight`.
 * @param config Sizes, masks, target, teacher, seed.
 * @param image What the images are.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function data2vec2(config: Data2vec2Config, image: ImageShape): MethodPipeline<ImageBatch> {
  const { seed, target, schedule, masks: { numMasks, ...sizes }, encoder: { patchSize, dim, depth } } =
    config;
  const grid = [image.height / patchSize, image.width / patchSize] as const;
  const numPatches = grid[0] * grid[1];
  if (!(target.topK >= 1 && target.topK <= depth)) {
    throw new RangeError(`Cannot average the top ${target.topK} of ${depth} blocks: choose 1…${depth}`);
  }
  const branch = () =>
    // both begin with the same numbers
    new VisibleTransformer({
      ...config.encoder,
      imageHeight: image.height,
      imageWidth: image.width,
      channels: image.channels,
    }, stream({ seed, name: "init/encoder" }));
  const student = branch(), teacher = branch();
  freeze(teacher.parameters);
  const decoder = new ConvDecoder(
    { ...config.decoder, encoderDim: dim, gridHeight: grid[0], gridWidth: grid[1] },
    stream({ seed, name: "init/decoder" }),
  );
  const parameters = { ...student.parameters, ...under("decoder", decoder) };
  inverseBlockMask({ grid, ...sizes }, stream({ seed, name: "mask" })); // masks that do not fit are told before the first step

  return {
    name: "data2vec2",
    parameters,
    teacher: teacher.parameters,
    outDim: dim,
    momentum: (progress) => risingMomentum(schedule.momentum, config.teacher, progress),
    step: (batch, { step }) => {
      const drawn = sampleStreams(batch, seed, "mask").map((prng) =>
        Array.from(
          { length: numMasks },
          (_, k) => inverseBlockMask({ grid, ...sizes }, substream(prng, `${k}`)),
        )
      );
      const masks = maskRows(drawn, "mask-major");
      const teach = () => { // once for all masks
        const { tokens, ffns } = teacher.forward(imageTensor(batch, image));
        const contexts = contextTargets(ffns, {
          ...target,
          normalizeBlocks: "instance",
          normalizeMean: "layer",
        });
        return { contexts, means: meanOfPatches(tokens) };
      };
      return differentiate(parameters, ({ contexts, means }) => {
        const images = imageTensor(batch, image);
        const { visible, numRows, numVisible } = maskBatch(masks);
        const keep = tf.tensor2d(visible, [numRows, numVisible], "int32");
        const restore = tf.tensor2d(restoreOrder(masks), [numRows, numPatches], "int32");
        const masked = tf.tensor1d(flatMasked(masks, numPatches), "int32");
        const rows = (patches: Tensor3D) => maskedRows(patches, masked);

        const { tokens } = student.forward(images, keep); // [M·B, 1 + V, D]
        const patches = decoder.forward(
          tf.slice(tokens, [0, 1, 0], [-1, -1, -1]),
          restore,
          stream({ seed, name: "noise", step }),
        );
        const repeated: Tensor3D = tf.tile(contexts, [numMasks, 1, 1]);
        const tokensLoss = contextLoss(rows(patches), rows(repeated), { beta: 0, channels: "sum/rootD" });
        const ofClass: Tensor2D = tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [numRows, dim]);
        const ofImage = classLoss(ofClass, contexts);
        return {
          loss: tf.add(tokensLoss.loss, tf.mul(target.classWeight, ofImage.loss)),
          metrics: { ...tokensLoss.metrics, classLoss: ofImage.loss.clone() },
          targets: means,
        };
      }, teach);
    },
    visibleParts: ({ epoch, sample }) => {
      const prng = stream({ seed, name: "mask", epoch, sample });
      return Array.from(
        { length: numMasks },
        (_, k) => inverseBlockMask({ grid, ...sizes }, substream(prng, `${k}`)).visible,
      );
    },
    encoder: student,
    represent: (images) => tf.tidy(() => meanOfPatches(student.forward(images).tokens)),
  };
}

const demo: Data2vec2Config = {
  ...demoRun,
  decoder: { dim: 64, depth: 3, kernelSize: 3, groups: 8 },
  masks: { ratio: 0.75, blockSize: 2, adjust: 0.1, numMasks: 4 },
  target: { topK: 3, classWeight: 0.1 },
  teacher: { momentumRise: 0.5, lastMomentum: 0.9999 },
};

/** data2vec 2.0 as a method that can be run. */
export const data2vec2Method: Method<Data2vec2Config, ImageBatch> = {
  name: "data2vec2",
  title: "data2vec 2.0",
  presets: {
    demo,
    tiny: {
      ...demo,
      ...tinyRun,
      decoder: { dim: 8, depth: 2, kernelSize: 3, groups: 2 },
      masks: { ...demo.masks, numMasks: 2 },
      target: { ...demo.target, topK: 2 },
    },
    paper: {
      ...demo,
      ...paperRun,
      decoder: { dim: 768, depth: 6, kernelSize: 3, groups: 16 },
      masks: { ratio: 0.8, blockSize: 3, adjust: 0.07, numMasks: 16 },
      target: { topK: 10, classWeight: 2.56 }, // 0.01 · 16 images · 16 masks of a worker
      teacher: { momentumRise: 100 / 375, lastMomentum: 0.99999 },
      optimizer: { ...paperRun.optimizer, learningRate: 1e-3, clipNorm: 4 },
      schedule: { ...paperRun.schedule, epochs: 75, warmupEpochs: 10, batchSize: 256, momentum: 0.9998 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(transformerFields),
    decoder: v.strictObject({ dim: count, depth: count, kernelSize: count, groups: count }),
    masks: v.strictObject({ ratio, blockSize: count, adjust: notNegative, numMasks: count }),
    target: v.strictObject({ topK: count, classWeight: notNegative }),
    teacher: momentumRiseField,
  })),
  describe: ({ encoder, masks }) =>
    `${describeSizes(encoder)}; ${masks.numMasks} masks of ${
      100 * masks.ratio
    } % that keep blocks of ${masks.blockSize}`,
  views: cropViews,
  toBatch: toImageBatch,
  pipeline: data2vec2,
};
