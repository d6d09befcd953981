import type { ImageShape } from "@lacuna/data";
import { freeze, Linear, under } from "@lacuna/encoders";
import { blockMask, denseMask, flatMasked } from "@lacuna/masking";
import { contextLoss, contextTargets, type TargetNorm } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor3D } from "@tensorflow/tfjs-core";
import { beitEncoder, type BeitSizes } from "./beit_host.ts";
import { differentiate } from "./differentiate.ts";
import { type ImageBatch, imageTensor, sampleStreams } from "./image_batch.ts";
import { maskedRows } from "./masked_rows.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { BlockConfig, CropRunConfig } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import { type MomentumRise, risingMomentum } from "./rising_momentum.ts";
import * as v from "valibot";
import { cropAndFlip, toImageBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import {
  beitFields,
  blockField,
  configParser,
  count,
  cropField,
  imageField,
  momentumRiseField,
  notNegative,
  runFields,
} from "./_method_fields.ts";
import {
  demoBeit,
  demoRun,
  describeSizes,
  paperBeit,
  paperRun,
  tinyBeit,
  tinyRun,
} from "./method_presets.ts";

/** Everything that decides the numbers of a data2vec run, apart from the images and the device. */
export type Data2vecConfig = CropRunConfig & {
  readonly encoder: BeitSizes;
  readonly masks: BlockConfig;
  readonly target: {
    /**
     * What of the teacher's blocks the target is made of: what leaves a "block"; what its feed-forward half ("ffn") or its "attention" says,
     * before LayerScale and before it is added.
     */
    readonly activations: "block" | "ffn" | "attention";
    /** K, the teacher's last blocks that make the target. */
    readonly topK: number;
    /** Normalisation of each block before the mean. */
    readonly normalizeBlocks: TargetNorm;
    /** Normalisation of the mean. */
    readonly normalizeMean: TargetNorm;
    /** β ≥ 0 of the smooth L1 loss; 0 for the squared error. */
    readonly beta: number;
    /** Whether the teacher sees what the student sees, a control: full input is the method. */
    readonly maskTeacher: boolean;
  };
  readonly teacher: MomentumRise;
};

/**
 * data2vec for images (arXiv:2202.03555): of an image with masked blocks the student says what a teacher, who sees all of it, makes of the masked
 * patches in its last K blocks.
 *
 * As in the code behind the published numbers, the presets' target is what leaves a block, and the teacher is a copy of the whole student; the
 * paper speaks of the feed-forward part, and of shared patches and positions.
 * @param config Sizes, masks, target, teacher, seed.
 * @param image What the images are.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function data2vec(config: Data2vecConfig, image: ImageShape): MethodPipeline<ImageBatch> {
  const { seed, target, schedule, encoder: { patchSize, dim, depth } } = config;
  const grid = [image.height / patchSize, image.width / patchSize] as const;
  const numPatches = grid[0] * grid[1];
  if (!(target.topK >= 1 && target.topK <= depth)) {
    throw new RangeError(`Cannot average the top ${target.topK} of ${depth} blocks: choose 1…${depth}`);
  }
  const student = beitEncoder(config, image), teacher = beitEncoder(config, image); // both begin with the same numbers
  freeze(teacher.parameters);
  const head = new Linear(dim, dim, stream({ seed, name: "init/head" }), "beit");
  const parameters = { ...student.parameters, ...under("head", head) };
  blockMask({ grid, ...config.masks }, stream({ seed, name: "mask" })); // masks that do not fit are told before the first step

  return {
    name: "data2vec",
    parameters,
    teacher: teacher.parameters,
    outDim: dim,
    momentum: (progress) => risingMomentum(schedule.momentum, config.teacher, progress),
    step: (batch, { step }) => {
      const masks = sampleStreams(batch, seed, "mask").map((prng) =>
        blockMask({ grid, ...config.masks }, prng)
      );
      const maskOf = () => tf.tensor2d(denseMask(masks, numPatches), [masks.length, numPatches]);
      const teach = () => {
        const { activations } = target;
        const { stages, branches } = teacher.forwardStages(imageTensor(batch, image), {
          withBranches: activations !== "block",
          ...(target.maskTeacher && { mask: maskOf() }),
        });
        const said = activations === "block" ? stages.slice(1) : branches.map((half) => half[activations]);
        const blocks = said.map((tokens) => tf.slice(tokens, [0, 1, 0], [-1, -1, -1]));
        return { contexts: contextTargets(blocks, target), means: meanOfPatches(stages.at(-1)!) };
      };
      return differentiate(parameters, ({ contexts, means }) => {
        const images = imageTensor(batch, image);
        const mask = maskOf();
        const masked = tf.tensor1d(flatMasked(masks, numPatches), "int32");
        const rows = (patches: Tensor3D) => maskedRows(patches, masked);
        const tokens = student.forward(images, { mask, dropPath: stream({ seed, name: "drop-path", step }) });
        const pred = head.forward(rows(tf.slice(tokens, [0, 1, 0], [-1, -1, -1])));
        const channels = target.beta === 0 ? "sum/rootD" : "mean";
        return {
          ...contextLoss(pred, rows(contexts), { beta: target.beta, channels }),
          targets: means,
        };
      }, teach);
    },
    visibleParts: ({ epoch, sample }) => [
      blockMask({ grid, ...config.masks }, stream({ seed, name: "mask", epoch, sample })).visible,
    ],
    encoder: student,
    represent: (images) => tf.tidy(() => meanOfPatches(student.forward(images))),
  };
}

const demo: Data2vecConfig = {
  ...demoRun,
  encoder: demoBeit,
  optimizer: { ...demoRun.optimizer, learningRate: 4e-3 },
  masks: { numMasked: 29, minArea: 4 },
  target: {
    activations: "block",
    topK: 3,
    normalizeBlocks: "layer",
    normalizeMean: "layer",
    beta: 2,
    maskTeacher: false,
  },
  teacher: { momentumRise: 0.5, lastMomentum: 0.999 },
};
const norm = v.picklist(["layer", "instance", "none"]);

/** data2vec as a method that can be run. */
export const data2vecMethod: Method<Data2vecConfig, ImageBatch> = {
  name: "data2vec",
  title: "data2vec",
  presets: {
    demo,
    tiny: {
      ...demo,
      ...tinyRun,
      encoder: tinyBeit,
      masks: { numMasked: 8, minArea: 2 },
      target: { ...demo.target, topK: 2 },
    },
    paper: {
      ...demo,
      ...paperRun,
      augment: { minScale: 0.08, flipProbability: 0.5 },
      encoder: { ...paperBeit, layerScaleInit: 1e-4, dropPathRate: 0.25 },
      masks: { numMasked: 120, minArea: 16 },
      target: { ...demo.target, topK: 6 },
      teacher: { momentumRise: 0, lastMomentum: 0.9998 },
      optimizer: {
        ...paperRun.optimizer,
        learningRate: 2.5e-4, // 2e-3 at 2,048
        minLearningRate: 1.25e-6, // 1e-5
        beta2: 0.999,
        clipNorm: 3,
      },
      schedule: { ...paperRun.schedule, warmupEpochs: 10, batchSize: 2048, momentum: 0.9998 },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: cropField,
    encoder: v.strictObject(beitFields),
    masks: blockField,
    target: v.strictObject({
      activations: v.optional(v.picklist(["block", "ffn", "attention"]), "block"), // runs from before it had these
      topK: count,
      normalizeBlocks: norm,
      normalizeMean: norm,
      beta: notNegative,
      maskTeacher: v.boolean(),
    }),
    teacher: momentumRiseField,
  })),
  describe: ({ encoder, masks, target }) =>
    `${
      describeSizes(encoder)
    }; ${masks.numMasked} patches masked in blocks, targets of the top ${target.topK} blocks`,
  views: ({ augment: { minScale, flipProbability } }) => ({
    views: [[
      { kind: "colorJitter", brightness: 0.4, contrast: 0.4, saturation: 0.4 },
      ...cropAndFlip(minScale, flipProbability),
    ]],
    names: ["images"],
    minScale,
  }),
  toBatch: toImageBatch,
  pipeline: data2vec,
};
