import type { ImageShape } from "@lacuna/data";
import { normals, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor4D, Variable } from "@tensorflow/tfjs-core";

/** Images of a batch with their classes. */
export type LabelledImages = {
  /** [B, H, W, C] normalized pixels. */
  readonly images: Float32Array;
  /** [B] class numbers. */
  readonly labels: Int32Array;
};

/** What an {@linkcode OnlineProbe} reads, and how often. */
export type OnlineProbeOptions = {
  /** Vectors [B, D] of images [B, H, W, C], such as a pipeline's `represent`. */
  readonly represent: (images: Tensor4D) => Tensor2D;
  readonly image: ImageShape;
  /** K. */
  readonly numClasses: number;
  /** Steps from one measurement to the next, at least 1. */
  readonly every: number;
  /** Of its weights' start, a uint32. */
  readonly seed: number;
};

const RATE = 0.1, MOMENTUM = 0.9;

/**
 * A linear classifier that learns beside a method from what its encoder says, and says how well it could tell a batch's classes before it learned
 * from it. Nothing flows back: features are numbers by then, it draws no random number of the run's, and the run is bit for bit the same without it.
 * Features are normalised by their batch, then softmax, cross-entropy, SGD with momentum 0.9 and a rate of 0.1. It is no part of checkpoints: in a run
 * that is resumed it starts anew.
 */
export class OnlineProbe {
  /** Steps from one measurement to the next. */
  readonly every: number;
  readonly #options: OnlineProbeOptions;
  #weights: { readonly weight: Variable<Rank.R2>; readonly velocity: Variable<Rank.R2> } | undefined; // [D + 1, K], the last row a bias

  /**
   * A probe that has learned nothing.
   * @throws {RangeError} If `every` is not a positive integer.
   */
  constructor(options: OnlineProbeOptions) {
    if (!(Number.isInteger(options.every) && options.every >= 1)) {
      throw new RangeError(`Cannot probe every ${options.every} steps: choose a whole number from 1`);
    }
    this.every = options.every;
    this.#options = options;
  }

  /**
   * Classifies a batch, then learns from it.
   * @returns Share of the batch whose class was predicted, in [0, 1].
   */
  async step({ images, labels }: LabelledImages): Promise<number> {
    const { represent, image: { height, width, channels }, numClasses } = this.#options;
    const right = tf.tidy(() => {
      const batchSize = labels.length;
      const features = represent(tf.tensor4d(images, [batchSize, height, width, channels]));
      const { mean, variance } = tf.moments(features, 0);
      const normal = tf.div(tf.sub(features, mean), tf.sqrt(tf.add(variance, 1e-6)));
      const rows = tf.concat<Tensor2D>([normal as Tensor2D, tf.ones([batchSize, 1])], 1); // [B, D + 1]
      const { weight, velocity } = this.#weights ??= this.#start(rows.shape[1]);
      const logits = tf.matMul(rows, weight);
      const classes = tf.tensor1d(labels, "int32");
      const target = tf.oneHot(classes, numClasses, 1, 0, "float32");
      const errors = tf.div<Tensor2D>(tf.sub(tf.softmax(logits), target), batchSize);
      const moved = tf.add<Tensor2D>(tf.mul(velocity, MOMENTUM), tf.matMul(rows, errors, true));
      velocity.assign(moved);
      weight.assign(tf.sub(weight, tf.mul(moved, RATE)));
      return tf.mean(tf.cast(tf.equal(tf.argMax(logits, -1), classes), "float32"));
    });
    const [accuracy] = await right.data();
    right.dispose();
    return accuracy!;
  }

  /** Frees its weights. */
  [Symbol.dispose](): void {
    if (this.#weights) tf.dispose([this.#weights.weight, this.#weights.velocity]);
    this.#weights = undefined;
  }

  #start(size: number): { weight: Variable<Rank.R2>; velocity: Variable<Rank.R2> } {
    const { numClasses, seed } = this.#options;
    const weight = normals(size * numClasses, stream({ seed, name: "online-probe/weight" })).map((z) =>
      0.01 * z
    );
    const shape: [number, number] = [size, numClasses];
    return {
      weight: tf.variable<Rank.R2>(tf.tensor2d(weight, shape)),
      velocity: tf.variable<Rank.R2>(tf.zeros(shape), false),
    };
  }
}
