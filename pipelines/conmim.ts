import type { ImageShape } from "@lacuna/data";
import { freeze, ProjectionHead, under } from "@lacuna/encoders";
import { cellMask, denseMask, maskBatch } from "@lacuna/masking";
import { momentumSchedule, patchContrast } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import { beitEncoder, type BeitSizes } from "./beit_host.ts";
import type { ExtremaConfig } from "./config.ts";
import { differentiate } from "./differentiate.ts";
import { sampleStreams } from "./image_batch.ts";
import { maskedRows } from "./masked_rows.ts";
import type { JitterCropConfig } from "./method_config.ts";
import type { MaskTokenTerms, MtoConfig } from "./mask_token_terms.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import type { SimmimConfig } from "./simmim.ts";
import type { ViewsBatch } from "./views_batch.ts";
import * as v from "valibot";
import { cropAndFlip, jitterOf, toViewsBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import { mtoTerms, stagesFor } from "./mask_token_terms.ts";
import {
  beitFields,
  configParser,
  count,
  imageField,
  jitterFields,
  mtoField,
  positive,
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
  tinyBeit,
  tinyRun,
} from "./method_presets.ts";

/** Everything that decides the numbers of a ConMIM run, apart from the images and the device. */
export type ConmimConfig =
  & Pick<ExtremaConfig, "seed" | "image" | "optimizer" | "schedule" | "log">
  & {
    readonly augment: JitterCropConfig;
    readonly encoder: BeitSizes;
    readonly heads: Pick<ExtremaConfig["heads"], "hiddenDim" | "outDim">;
    readonly masks: SimmimConfig["masks"];
    readonly target: {
      /** Of the softmax over an image's patches, > 0. */
      readonly temperature: number;
    };
    readonly mto: MtoConfig;
  };

/**
 * ConMIM (arXiv:2205.09616): for each masked patch the student has to find its own among all patches of the image as a teacher sees them, whole and in
 * stronger colours.
 * @param config Sizes, masks, schedule of the teacher's momentum, seed.
 * @param image What the images are.
 * @param terms What to add where mask tokens are: in the student's encoder.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function conmim(
  config: ConmimConfig,
  image: ImageShape,
  terms?: MaskTokenTerms,
): MethodPipeline<ViewsBatch> {
  const { seed, heads: { hiddenDim, outDim }, schedule, masks: { ratio, cellSize }, target } = config;
  const { patchSize, dim } = config.encoder;
  const { height, width, channels } = image;
  const grid = [height / patchSize, width / patchSize] as const;
  const numPatches = grid[0] * grid[1];
  const branch = () => { // both begin with the same numbers
    const encoder = beitEncoder(config, image);
    const prng = stream({ seed, name: "init/projector" });
    const projector = new ProjectionHead(dim, hiddenDim, outDim, 3, "batch", prng, {
      activation: "relu",
      normalizeOutput: true,
    });
    const project = (tokens: Tensor3D): Tensor3D => { // with the statistics of class and patch tokens together
      const rows = projector.forward(tf.reshape<Rank.R2>(tokens, [-1, dim]));
      const all: Tensor3D = tf.reshape(rows, [-1, 1 + numPatches, outDim]);
      return tf.slice(all, [0, 1, 0], [-1, -1, -1]);
    };
    return { encoder, project, parameters: { ...encoder.parameters, ...under("projector", projector) } };
  };
  const student = branch(), teacher = branch();
  freeze(teacher.parameters);
  const { parameters } = student;
  cellMask({ grid, cellSize, ratio }, stream({ seed, name: "mask" })); // masks that do not fit are told before the first step

  return {
    name: "conmim",
    parameters,
    teacher: teacher.parameters,
    outDim,
    momentum: (progress) => momentumSchedule(schedule.momentum, progress),
    step: (batch, { step, progress }) => {
      const masks = sampleStreams(batch, seed, "mask").map((prng) =>
        cellMask({ grid, cellSize, ratio }, prng)
      );
      const batchSize = masks.length;
      const shape: Tensor4D["shape"] = [batchSize, height, width, channels];
      const teach = () => {
        const vectors = teacher.project(teacher.encoder.forward(tf.tensor4d(batch.teacher, shape))); // [B, N, P]
        return { vectors, means: tf.mean<Tensor2D>(vectors, 1) };
      };
      return differentiate(parameters, ({ vectors, means }) => {
        const images = tf.tensor4d(batch.student, shape);
        const { masked, numMasked } = maskBatch(masks);
        const mask: Tensor2D = tf.tensor2d(denseMask(masks, numPatches), [batchSize, numPatches]);
        const indices = tf.tensor2d(masked, [batchSize, numMasked], "int32");
        const flat = tf.tensor1d(
          masked.map((token, at) => Math.floor(at / numMasked) * numPatches + token),
          "int32",
        );
        const options = { mask, dropPath: stream({ seed, name: "drop-path", step }) };
        const shown = terms && student.encoder.forwardStages(images, {
          ...options,
          ...stagesFor(terms, mask),
        });
        const said = student.project(shown ? shown.tokens : student.encoder.forward(images, options));
        const pred: Tensor3D = tf.reshape(maskedRows(said, flat), [batchSize, numMasked, outDim]);
        const host = patchContrast(pred, vectors, indices, target.temperature);
        const added = shown && terms.loss({ ...shown, mask }, progress);
        return {
          loss: added ? tf.add(host.loss, added.loss) : host.loss,
          metrics: { contrast: host.loss.clone(), ...host.metrics, ...added?.metrics },
          targets: means,
        };
      }, teach);
    },
    visibleParts: ({ epoch, sample }) => [
      cellMask({ grid, cellSize, ratio }, stream({ seed, name: "mask", epoch, sample })).visible,
    ],
    encoder: student.encoder,
    represent: (images) => tf.tidy(() => meanOfPatches(student.encoder.forward(images))),
  };
}

const demo: ConmimConfig = {
  ...demoRun,
  augment: { minScale: 0.4, flipProbability: 0.5, jitter: 0.4, jitterProbability: 0.8 },
  encoder: demoBeit,
  optimizer: { ...demoRun.optimizer, learningRate: 4e-3 },
  heads: { hiddenDim: 256, outDim: 64 },
  masks: { ratio: 0.75, cellSize: 1 },
  target: { temperature: 0.1 },
  mto: noMto,
};

/** ConMIM as a method that can be run. */
export const conmimMethod: Method<ConmimConfig, ViewsBatch> = {
  name: "conmim",
  title: "ConMIM",
  presets: {
    demo,
    tiny: {
      ...demo,
      ...tinyRun,
      augment: demo.augment,
      encoder: tinyBeit,
      heads: { hiddenDim: 32, outDim: 16 },
    },
    paper: {
      ...demo,
      ...paperRun,
      augment: { ...demo.augment, minScale: 0.2 },
      encoder: paperBeit,
      heads: { hiddenDim: 4096, outDim: 256 },
      masks: { ratio: 0.75, cellSize: 2 },
      optimizer: { ...paperRun.optimizer, learningRate: 9.375e-5, beta2: 0.98, clipNorm: 1 }, // 7.5e-4 at 2,048, the large model's
      schedule: { ...paperRun.schedule, warmupEpochs: 10, batchSize: 2048 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: v.strictObject(jitterFields),
    encoder: v.strictObject(beitFields),
    heads: v.strictObject({ hiddenDim: count, outDim: count }),
    masks: v.strictObject({ ratio, cellSize: count }),
    target: v.strictObject({ temperature: positive }),
    mto: mtoField,
  })),
  describe: ({ encoder, masks }) =>
    `${describeSizes(encoder)}; ${
      100 * masks.ratio
    } % masked in cells of ${masks.cellSize} × ${masks.cellSize} patches`,
  views: ({ augment: { minScale, flipProbability, jitter, jitterProbability } }) => ({
    shared: cropAndFlip(minScale, flipProbability),
    views: [
      [],
      [
        jitterOf(jitter, jitterProbability),
        { kind: "grayscale", probability: 0.2 },
        { kind: "solarize", threshold: 128 / 255, probability: 0.2 },
      ],
    ],
    names: ["student", "teacher"],
    minScale,
  }),
  toBatch: toViewsBatch,
  pipeline: (config, image) => conmim(config, image, mtoTerms(config.mto, config.encoder.depth)),
};
