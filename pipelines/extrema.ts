import type { ImageShape } from "@lacuna/data";
import { freeze, ProjectionHead, under, type VisionTransformer } from "@lacuna/encoders";
import { multiMask, multiMaskBatch } from "@lacuna/masking";
import { byolLoss, momentumSchedule } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import type { ParameterMap } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D } from "@tensorflow/tfjs-core";
import type { ExtremaConfig } from "./config.ts";
import { differentiate } from "./differentiate.ts";
import { extremaEncoder } from "./extrema_encoder.ts";
import { sampleStreams } from "./image_batch.ts";
import { maskOptions } from "./mask_options.ts";
import type { MethodPipeline } from "./method_pipeline.ts";
import type { StepContext, StepResult } from "./pipeline.ts";
import type { ViewsBatch } from "./views_batch.ts";

/** ExtreMA's pipeline, with the encoder that is evaluated. */
export type ExtremaPipeline = MethodPipeline<ViewsBatch> & { readonly teacherEncoder: VisionTransformer };

/**
 * ExtreMA: a student that sees little of an image learns to say what a teacher says who sees all of it, one such vector an image
 * (arXiv:2206.04667, §3).
 * @param config Sizes, masks, schedule of the teacher's momentum, seed.
 * @param image What the images are.
 * @throws {RangeError} If the patch size does not divide the image, the masks do not fit, or the heads do not divide the width.
 */
export function extrema(config: ExtremaConfig, image: ImageShape): ExtremaPipeline {
  const { seed, encoder: sizes, heads, schedule, target: { source } } = config;
  const { height, width, channels } = image;

  const branch = () => { // both branches begin with the same numbers
    const encoder = extremaEncoder(config, image);
    const prng = stream({ seed, name: "projector" });
    const projector = new ProjectionHead(sizes.dim, heads.hiddenDim, heads.outDim, 3, heads.norm, prng);
    return { encoder, projector, parameters: { ...encoder.parameters, ...under("head", projector) } };
  };
  const student = branch(); // the encoder refuses a patch size that does not divide the image
  const masks = maskOptions(config, image);
  multiMask(masks, stream({ seed, name: "mask" })); // masks that do not fit are told before the first step
  const teacher = branch();
  freeze(teacher.parameters); // it follows and is not trained
  const predictor = heads.usePredictor
    ? new ProjectionHead(
      heads.outDim,
      heads.hiddenDim,
      heads.outDim,
      2,
      heads.norm,
      stream({ seed, name: "predictor" }),
    )
    : undefined;
  const parameters: ParameterMap = {
    ...student.parameters,
    ...(predictor && under("predictor", predictor)),
  };

  function step(batch: ViewsBatch, { step }: StepContext): StepResult {
    const shape: [number, number, number, number] = [batch.samples.length, height, width, channels];
    const { visible, numRows, numVisible } = multiMaskBatch(masks, sampleStreams(batch, seed, "mask"));
    const whole = (branch: typeof teacher) =>
      branch.projector.forward(branch.encoder.forward(tf.tensor4d(batch.teacher, shape))); // [B, P]
    const teach = (): { said?: Tensor2D } =>
      source === "differentiated" ? {} : { said: whole(source === "teacher" ? teacher : student) };
    return differentiate(parameters, ({ said }) => {
      const targets = said ?? whole(student);
      const keep = tf.tensor2d(visible, [numRows, numVisible], "int32");
      const dropPath = stream({ seed, name: "drop-path", step });
      const vectors = student.encoder.forward(tf.tensor4d(batch.student, shape), { keep, dropPath }); // [K·B, D]
      const projected = student.projector.forward(vectors); // [K·B, P]
      const pred = predictor ? predictor.forward(projected) : projected;
      return { ...byolLoss(pred, targets), targets }; // one way: masked student to whole teacher
    }, teach);
  }

  return {
    name: "extrema",
    parameters,
    teacher: teacher.parameters,
    outDim: heads.outDim,
    teacherEncoder: teacher.encoder,
    momentum: (progress) => momentumSchedule(schedule.momentum, progress),
    step,
    encoder: student.encoder,
    represent: (images) => teacher.encoder.forward(images, { finalNorm: false }),
    representedBy: "teacher",
    attentionMap: (images) => teacher.encoder.attentionMap(images),
    visibleParts: (address) =>
      multiMask(masks, stream({ seed, name: "mask", ...address })).map(({ visible }) => visible),
  };
}
