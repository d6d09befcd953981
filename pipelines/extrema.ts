import type { ImageShape } from "@lacuna/data";
import { freeze, ProjectionHead, under, type VisionTransformer } from "@lacuna/encoders";
import { multiMask, multiMaskBatch } from "@lacuna/masking";
import { byolLoss, momentumSchedule, type ObjectiveResult } from "@lacuna/objectives";
import { stream } from "@lacuna/random";
import { type ParameterMap, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { ExtremaConfig } from "./config.ts";
import { extremaEncoder } from "./extrema_encoder.ts";
import { maskOptions } from "./mask_options.ts";
import type { Pipeline, StepContext, StepResult } from "./pipeline.ts";

/** B images twice over: the same crop, with each branch's own colours. */
export type ExtremaBatch = {
  /** [B, H, W, C] normalized pixels, of which the student sees a part. */
  readonly student: Float32Array;
  /** [B, H, W, C] normalized pixels, of which the teacher sees all. */
  readonly teacher: Float32Array;
  /** [B] the images' addresses; with `epoch` they address the masks. */
  readonly samples: Int32Array | Float64Array;
  readonly epoch: number;
};

/** ExtreMA's pipeline, with the encoder that is evaluated. */
export type ExtremaPipeline = Pipeline<ExtremaBatch> & { readonly teacherEncoder: VisionTransformer };

/**
 * ExtreMA: a student that sees little of an image learns to say what a teacher says who sees all of it, one such vector an image
 * (arXiv:2206.04667, §3).
 * @param config Sizes, masks, schedule of the teacher's momentum, seed.
 * @param image What the images are.
 * @throws {RangeError} If the patch size does not divide the image, the masks do not fit, or the heads do not divide the width.
 */
export function extrema(config: ExtremaConfig, image: ImageShape): ExtremaPipeline {
  const { seed, encoder: sizes, heads, schedule } = config;
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

  function step(batch: ExtremaBatch, { step }: StepContext): StepResult {
    const batchSize = batch.samples.length;
    const shape: [number, number, number, number] = [batchSize, height, width, channels];
    const targets = tf.tidy(() =>
      teacher.projector.forward(teacher.encoder.forward(tf.tensor4d(batch.teacher, shape)))
    );

    const prngs = Array.from(
      batch.samples,
      (sample) => stream({ seed, name: "mask", epoch: batch.epoch, sample }),
    );
    const { visible, numRows, numVisible } = multiMaskBatch(masks, prngs);
    const keep = tf.tensor2d(visible, [numRows, numVisible], "int32");
    let metrics: ObjectiveResult["metrics"] = {};
    const { value: loss, grads } = valueAndGrads(() => {
      const dropPath = stream({ seed, name: "drop-path", step });
      const vectors = student.encoder.forward(tf.tensor4d(batch.student, shape), { keep, dropPath }); // [K·B, D]
      const projected = student.projector.forward(vectors); // [K·B, P]
      const pred = predictor ? predictor.forward(projected) : projected;
      const objective = byolLoss(pred, targets); // one way: masked student to whole teacher
      metrics = objective.metrics;
      for (const scalar of Object.values(metrics)) tf.keep(scalar); // only the loss outlives this scope by itself
      return objective.loss;
    }, parameters);
    keep.dispose();
    return { loss, grads, targets, metrics };
  }

  return {
    name: "extrema",
    parameters,
    teacher: teacher.parameters,
    outDim: heads.outDim,
    teacherEncoder: teacher.encoder,
    momentum: (progress) => momentumSchedule(schedule.momentum, progress),
    step,
  };
}
