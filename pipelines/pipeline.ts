import type { ParameterMap } from "@lacuna/tensor";
import type { LabelledImages } from "./online_probe.ts";
import type { Scalar, Tensor, Tensor2D } from "@tensorflow/tfjs-core";

/** Where in the run a step is; with the seed, it addresses the step's random numbers. */
export type StepContext = {
  /** Steps taken before this one. */
  readonly step: number;
  /** Share of the run that is over, in [0, 1). */
  readonly progress: number;
};

/** What a step found; the caller disposes of every tensor. */
export type StepResult = {
  readonly loss: Scalar;
  /** d loss / d parameter by the names of {@linkcode Pipeline}'s `parameters`. */
  readonly grads: Readonly<Record<string, Tensor>>;
  /** [B, P] what the teacher said of B images: watched for collapse. */
  readonly targets: Tensor2D;
  /** What to log, by name. */
  readonly metrics: Readonly<Record<string, number | Scalar>>;
};

/**
 * A method of learning as data flow: batches in, loss and gradients out. The loop around it owns log, files and optimiser, which moves the
 * student with the gradients, then the teacher after it.
 */
export type Pipeline<Batch> = {
  readonly name: string;
  /** What the gradient moves: the student. */
  readonly parameters: ParameterMap;
  /** What follows the student. */
  readonly teacher: ParameterMap;
  /** P, the width of what student and teacher say. */
  readonly outDim: number;
  /**
   * How much of itself the teacher keeps when it follows, in [0, 1].
   * @param progress Share of the run that is over, in (0, 1]; the teacher speaks next at this point.
   */
  momentum(progress: number): number;
  /** Compares what student and teacher say of a batch; neither is moved. */
  step(batch: Batch, context: StepContext): StepResult;
};

/** A batch that is needed until it is disposed of: then its memory becomes that of a later one. */
export type LoadedBatch<Batch> = Disposable & {
  readonly batch: Batch;
  /** Its images, in the first view, with their classes, where they were asked for; no part of the training. */
  readonly labelled?: LabelledImages;
};

/** Where batches come from: the same ones for the same epoch and index, whoever asks and however often. */
export type BatchSource<Batch> = {
  /** Number of images. */
  readonly size: number;
  /** Hash of the images' contents. */
  readonly contentHash: string;
  /** Hash of what decides the order of an epoch's images. */
  orderHash(epoch: number): string;
  /**
   * Whole batches of an epoch from one on, then those of the epochs after it, without end. Some are made ahead, while the program goes on.
   * @param epoch From 0.
   * @param from Index of the first batch in its epoch, which has ⌊size / batchSize⌋.
   */
  batches(epoch: number, from: number): AsyncGenerator<LoadedBatch<Batch>, void, void>;
};
