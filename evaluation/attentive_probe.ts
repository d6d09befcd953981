import { LayerNorm, Linear, under } from "@lacuna/encoders";
import { normals, permutation, type Prng, stream, substream } from "@lacuna/random";
import { AdamW, classAttention, type ParameterMap, softmaxXent, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Rank, Tensor2D, Tensor3D, Variable } from "@tensorflow/tfjs-core";
import { checkSplits } from "./_check_splits.ts";
import { learningRateShare } from "./_learning_rate_share.ts";
import { type Standard, standardOf } from "./_standardize.ts";
import { withEnoughEpochs } from "./_with_enough_epochs.ts";

/** Frozen tokens of one split of a data set, with the class of every image. */
export type TokenFeatures = {
  /** [n, N, D], image after image. */
  readonly values: Float32Array;
  /** N, tokens of an image. */
  readonly numTokens: number;
  /** D, the width of a token. */
  readonly dim: number;
  /** [n] class numbers, 0…numClasses − 1. */
  readonly labels: Int32Array;
};

/** How the attentive classifier is built and trained. */
export type AttentiveProbeOptions = {
  /** Of the initial weights and of the order of the images, a uint32. */
  readonly seed?: number;
  /** Heads of the attention; they divide D. */
  readonly numHeads?: number;
  /** Passes over the training split. */
  readonly epochs?: number;
  /** Passes during which the learning rate rises from 0, in [0, epochs). */
  readonly warmupEpochs?: number;
  /** B, images a step; all if they are fewer. */
  readonly batchSize?: number;
  /** Peak learning rate of AdamW, > 0. */
  readonly learningRate?: number;
  /** Of matrices, ≥ 0. */
  readonly weightDecay?: number;
};

/** What {@linkcode attentiveProbe} does unless told otherwise; of few images it takes as many more epochs as make 500 steps. */
export const attentiveProbeDefaults: Readonly<Required<AttentiveProbeOptions>> = {
  seed: 0,
  numHeads: 4,
  epochs: 10,
  warmupEpochs: 1,
  batchSize: 256,
  learningRate: 1e-3,
  weightDecay: 0.01,
};

/** What the attentive classifier says of the test split. */
export type AttentiveProbeResult = {
  /** Share of the test images whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
};

const EVALUATION_BATCH = 500; // images a forward pass

/**
 * Trains a classifier that looks for itself at the tokens of a frozen encoder, and classifies the test images with it: one learned query attends to
 * an image's tokens, several heads, then a LayerNorm and a linear layer (attentive probing, as in CAE, arXiv:2202.03026). What is in few tokens,
 * and a mean would drown, is found. AdamW, warm-up, cosine. Each channel of the tokens is
 * standardised by the training split first.
 * @throws {TypeError} If the splits' tokens differ in width or number, or a split has no images or not one label each.
 * @throws {RangeError} If an option, a label or a value is out of range.
 */
export async function attentiveProbe(
  train: TokenFeatures,
  test: TokenFeatures,
  options: AttentiveProbeOptions = {},
): Promise<AttentiveProbeResult> {
  const chosen = withEnoughEpochs(attentiveProbeDefaults, train.labels.length, options);
  const numClasses = check(train, test, chosen);
  const { seed, epochs, warmupEpochs, learningRate, weightDecay } = chosen;
  const numTrain = train.labels.length, batchSize = Math.min(chosen.batchSize, numTrain);
  const standard = standardOf(train);
  const classifier = new AttentiveClassifier(
    train.dim,
    chosen.numHeads,
    numClasses,
    stream({ seed, name: "attentive-probe/init" }),
  );
  const { parameters } = classifier;
  const optimizer = new AdamW(parameters, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay,
    decayed: (name) => parameters[name]!.rank === 2,
  });
  try {
    const stepsPerEpoch = Math.floor(numTrain / batchSize); // the rest of an epoch is left out, other images each time
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = permutation(numTrain, stream({ seed, name: "attentive-probe/order", epoch }));
      for (let step = 0; step < stepsPerEpoch; step++) {
        const images = order.subarray(step * batchSize, (step + 1) * batchSize);
        const { value, grads } = valueAndGrads(() =>
          tf.tidy(() => {
            const labels = tf.tensor1d(images.map((image) => train.labels[image]!), "int32");
            const targets = tf.oneHot(labels, numClasses, 1, 0, "float32") as Tensor2D;
            return tf.mean(softmaxXent(classifier.forward(tokensOf(train, images, standard)), targets));
          }), parameters);
        const progress = epoch + step / stepsPerEpoch;
        optimizer.step(grads, learningRate * learningRateShare(progress, warmupEpochs, epochs));
        await value.data(); // a device with a queue of its own does not run ahead
        tf.dispose([value, grads]);
      }
    }
    return await classify(classifier, test, standard);
  } finally {
    optimizer.dispose();
    tf.dispose(Object.values(parameters));
  }
}

/** One query that attends to tokens, a norm and a linear layer: [B, N, D] → [B, K]. */
class AttentiveClassifier {
  readonly #query: Variable<Rank.R3>;
  readonly #key: Linear;
  readonly #value: Linear;
  readonly #proj: Linear;
  readonly #norm: LayerNorm;
  readonly #head: Linear;
  readonly #numHeads: number;
  readonly parameters: ParameterMap; // query [1, 1, D]; k, v, proj [D, D]; norm; head [D, K]

  constructor(dim: number, numHeads: number, numClasses: number, prng: Prng) {
    const query = normals(dim, substream(prng, "query")).map((z) => 0.02 * z);
    this.#query = tf.tidy(() => tf.variable<Rank.R3>(tf.tensor3d(query, [1, 1, dim])));
    this.#key = new Linear(dim, dim, substream(prng, "k"));
    this.#value = new Linear(dim, dim, substream(prng, "v"));
    this.#proj = new Linear(dim, dim, substream(prng, "proj"));
    this.#norm = new LayerNorm(dim, 1e-6);
    this.#head = new Linear(dim, numClasses, substream(prng, "head"), "beit");
    this.#numHeads = numHeads;
    this.parameters = {
      query: this.#query,
      ...under("k", this.#key),
      ...under("v", this.#value),
      ...under("proj", this.#proj),
      ...under("norm", this.#norm),
      ...under("head", this.#head),
    };
  }

  forward(tokens: Tensor3D): Tensor2D {
    return tf.tidy(() => {
      const [batchSize, , dim] = tokens.shape;
      const rows = tf.matMul(tf.ones([batchSize, 1]), tf.reshape<Rank.R2>(this.#query, [1, dim])); // its gradient is one sum
      const attended = classAttention(
        tf.reshape(rows, [batchSize, 1, dim]),
        this.#key.forward(tokens),
        this.#value.forward(tokens),
        this.#numHeads,
      );
      const pooled: Tensor2D = tf.reshape(this.#proj.forward(attended), [batchSize, dim]);
      return this.#head.forward(this.#norm.forward(pooled));
    });
  }
}

/** Standardised tokens [B, N, D] of some images. */
function tokensOf(features: TokenFeatures, images: Int32Array, { mean, scale }: Standard): Tensor3D {
  const { values, numTokens, dim } = features;
  const length = numTokens * dim;
  const picked = new Float32Array(images.length * length);
  images.forEach((image, b) => {
    for (let i = 0; i < length; i++) {
      picked[b * length + i] = (values[image * length + i]! - mean[i % dim]!) * scale[i % dim]!;
    }
  });
  return tf.tensor3d(picked, [images.length, numTokens, dim]);
}

async function classify(
  classifier: AttentiveClassifier,
  test: TokenFeatures,
  standard: Standard,
): Promise<AttentiveProbeResult> {
  const numTest = test.labels.length;
  const predictions = new Int32Array(numTest);
  for (let first = 0; first < numTest; first += EVALUATION_BATCH) {
    const images = Int32Array.from(
      { length: Math.min(EVALUATION_BATCH, numTest - first) },
      (_, i) => first + i,
    );
    const best = tf.tidy(() => tf.argMax(classifier.forward(tokensOf(test, images, standard)), -1));
    predictions.set(await best.data<"int32">(), first);
    best.dispose();
  }
  const numRight = predictions.reduce((count, label, row) => count + Number(label === test.labels[row]), 0);
  return { accuracy: numRight / numTest, predictions };
}

/** Number of classes of splits and options that fit. */
function check(train: TokenFeatures, test: TokenFeatures, options: Required<AttentiveProbeOptions>): number {
  if (train.dim !== test.dim || train.numTokens !== test.numTokens) {
    throw new TypeError(
      `train has ${train.numTokens} tokens of width ${train.dim}, test ${test.numTokens} of ${test.dim}: ` +
        `take both from one encoder`,
    );
  }
  const wide = ({ values, labels, numTokens, dim }: TokenFeatures) => ({
    values,
    labels,
    dim: numTokens * dim,
  });
  const numClasses = checkSplits(wide(train), wide(test));
  const { epochs, warmupEpochs, batchSize, learningRate, weightDecay, numHeads } = options;
  if (!(Number.isInteger(epochs) && epochs >= 1 && Number.isInteger(batchSize) && batchSize >= 1)) {
    throw new RangeError(
      `Cannot train for ${epochs} epochs in batches of ${batchSize}: choose integers from 1`,
    );
  }
  if (!(warmupEpochs >= 0 && warmupEpochs < epochs && learningRate > 0 && weightDecay >= 0)) {
    throw new RangeError(
      `Cannot warm up for ${warmupEpochs} of ${epochs} epochs to a rate of ${learningRate} with a weight decay of ` +
        `${weightDecay}: choose a warm-up below the epochs, a rate above 0 and a decay from 0`,
    );
  }
  if (!(Number.isInteger(numHeads) && numHeads >= 1 && train.dim % numHeads === 0)) {
    throw new RangeError(
      `Cannot split tokens of width ${train.dim} into ${numHeads} heads: choose a divisor of ${train.dim}`,
    );
  }
  return numClasses;
}
