import type { ImageShape } from "@lacuna/data";
import { freeze, ProjectionHead, under } from "@lacuna/encoders";
import { momentumSchedule, symmetricByolLoss } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import type { ExtremaConfig } from "./config.ts";
import { differentiate } from "./differentiate.ts";
import { maeEncoder } from "./mae.ts";
import { meanOfPatches } from "./mean_of_patches.ts";
import type { JitterCropConfig, TransformerSizes } from "./method_config.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import type { ViewsBatch } from "./views_batch.ts";
import * as v from "valibot";
import { cropAndFlip, jitterOf, toViewsBatch } from "./crop_views.ts";
import type { Method } from "./method.ts";
import {
  configParser,
  count,
  imageField,
  jitterFields,
  runFields,
  transformerFields,
} from "./_method_fields.ts";
import { demoRun, describeSizes, paperRun, tinyRun } from "./method_presets.ts";

/** Everything that decides the numbers of a BYOL run, apart from the images and the device. */
export type ByolConfig =
  & Pick<ExtremaConfig, "seed" | "image" | "optimizer" | "schedule" | "log">
  & {
    readonly augment: JitterCropConfig;
    readonly encoder: TransformerSizes;
    readonly heads: Pick<ExtremaConfig["heads"], "hiddenDim" | "outDim" | "norm">;
  };

/**
 * BYOL (arXiv:2006.07733) on a vision transformer: of each of two views, cropped and coloured apart, the student predicts what the teacher says of
 * the other. What is projected, and evaluated, is the mean of the patches' tokens.
 * @param config Sizes, schedule of the teacher's momentum, seed.
 * @param image What the images are.
 * @throws {RangeError} If the sizes do not fit each other or the images.
 */
export function byol(config: ByolConfig, image: ImageShape): MethodPipeline<ViewsBatch> {
  const { seed, heads: { hiddenDim, outDim, norm }, schedule, encoder: sizes } = config;
  const { height, width, channels } = image;
  const relu = { activation: "relu" } as const;
  const branch = () => { // both begin with the same numbers
    const encoder = maeEncoder(config, image); // a plain one, of which all patches are shown
    const prng = stream({ seed, name: "init/projector" });
    const projector = new ProjectionHead(sizes.dim, hiddenDim, outDim, 2, norm, prng, relu);
    const project = (images: Tensor4D): Tensor2D => projector.forward(meanOfPatches(encoder.forward(images)));
    return { encoder, project, parameters: { ...encoder.parameters, ...under("projector", projector) } };
  };
  const student = branch(), teacher = branch();
  freeze(teacher.parameters);
  const predictor = new ProjectionHead(
    outDim,
    hiddenDim,
    outDim,
    2,
    norm,
    stream({ seed, name: "init/predictor" }),
    relu,
  );
  const parameters = { ...student.parameters, ...under("predictor", predictor) };

  return {
    name: "byol",
    parameters,
    teacher: teacher.parameters,
    outDim,
    momentum: (progress) => momentumSchedule(schedule.momentum, progress),
    step: (batch) => {
      const shape: Tensor4D["shape"] = [batch.samples.length, height, width, channels];
      const [first, second] = [batch.student, batch.teacher];
      const teach = () => ({
        ofFirst: teacher.project(tf.tensor4d(first, shape)),
        ofSecond: teacher.project(tf.tensor4d(second, shape)),
      });
      return differentiate(parameters, ({ ofFirst, ofSecond }) => {
        const predict = (pixels: Float32Array) =>
          predictor.forward(student.project(tf.tensor4d(pixels, shape)));
        const views = [{ pred: predict(first), target: ofFirst }, {
          pred: predict(second),
          target: ofSecond,
        }] as const;
        return { ...symmetricByolLoss(...views), targets: ofSecond };
      }, teach);
    },
    visibleParts: () => [], // nothing is masked
    encoder: student.encoder,
    represent: (images) => tf.tidy(() => meanOfPatches(student.encoder.forward(images))),
  };
}

const demo: ByolConfig = {
  ...demoRun,
  augment: { minScale: 0.3, flipProbability: 0.5, jitter: 0, jitterProbability: 0.8 }, // brightness tells clothes apart
  optimizer: { ...demoRun.optimizer, learningRate: 8e-3 },
  schedule: { ...demoRun.schedule, momentum: 0.98 },
  heads: { hiddenDim: 256, outDim: 64, norm: "batch" },
};

/** BYOL as a method that can be run. */
export const byolMethod: Method<ByolConfig, ViewsBatch> = {
  name: "byol",
  title: "BYOL",
  presets: {
    demo,
    tiny: { ...demo, ...tinyRun, augment: demo.augment, heads: { hiddenDim: 32, outDim: 16, norm: "batch" } },
    paper: {
      ...demo,
      ...paperRun,
      augment: { ...demo.augment, minScale: 0.08, jitter: 0.4 },
      heads: { hiddenDim: 4096, outDim: 256, norm: "batch" },
    },
  },
  parse: configParser(v.strictObject({
    ...runFields,
    image: imageField,
    augment: v.strictObject(jitterFields),
    encoder: v.strictObject(transformerFields),
    heads: v.strictObject({ hiddenDim: count, outDim: count, norm: v.picklist(["layer", "batch"]) }),
  })),
  describe: ({ encoder, heads }) => `${describeSizes(encoder)}; ${heads.norm} norm in the heads`,
  views: ({ augment: { minScale, flipProbability, jitter, jitterProbability } }) => {
    const view = [
      ...cropAndFlip(minScale, flipProbability),
      jitterOf(jitter, jitterProbability),
    ];
    return { views: [view, view], names: ["student", "teacher"], minScale };
  },
  toBatch: toViewsBatch,
  pipeline: byol,
};
