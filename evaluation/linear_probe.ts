import { normals, permutation, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { checkFeatures } from "./_check_features.ts";
import { learningRateShare } from "./_learning_rate_share.ts";
import { probeStep } from "./_probe_step.ts";
import { withEnoughEpochs } from "./_with_enough_epochs.ts";
import type { Features } from "./features.ts";
import { type LinearProtocol, linearProtocols } from "./linear_protocols.ts";

/** How the linear classifier is trained: a protocol, or parts of one on the default. */
export type LinearProbeOptions = Partial<LinearProtocol> & {
  /** Seed of the initial weights and of the order of the rows, a uint32. */
  readonly seed?: number;
};

/** What {@linkcode linearProbe} does unless told otherwise; of few rows it takes as many more epochs as make 500 steps. */
export const linearProbeDefaults: Readonly<Required<LinearProbeOptions>> = {
  seed: 0,
  ...linearProtocols.cached,
};

/** What the linear classifier says of the test split. */
export type LinearProbeResult = {
  /** Share of the test rows whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
};

const RUNNING_SHARE = 0.1; // of a batch in the running statistics

/**
 * Trains one linear layer, after batch normalisation without scale and shift, on frozen features by cross-entropy, and classifies the test rows
 * with it. A batch is normalised by its own mean and variance in training, by running ones in the test.
 *
 * Papers augment every image anew. Here the features are computed once, without augmentation, which makes the whole probe a matter of seconds;
 * with nothing new to see, the classifier converges in far fewer passes than theirs: that is the default, and the papers' own numbers are
 * {@linkcode linearProtocols}.
 * @throws {TypeError} If the splits' rows differ in length, or a split has no rows or not one label a row.
 * @throws {RangeError} If an option, a label or a value is out of range.
 */
export async function linearProbe(
  train: Features,
  test: Features,
  options: LinearProbeOptions = {},
): Promise<LinearProbeResult> {
  const chosen = withEnoughEpochs(linearProbeDefaults, train.labels.length, options);
  const { seed, epochs, warmupEpochs, baseLearningRate, schedule, optimizer, normEpsilon } = chosen;
  const numTrain = checkFeatures("train", train);
  const numTest = checkFeatures("test", test);
  if (train.dim !== test.dim) {
    throw new TypeError(`train has dim ${train.dim}, test ${test.dim}: embed both with one encoder`);
  }
  const batchSize = Math.min(chosen.batchSize, numTrain);
  if (!(Number.isInteger(epochs) && epochs >= 1 && Number.isInteger(batchSize) && batchSize >= 2)) {
    throw new RangeError(
      `Cannot train for ${epochs} epochs in batches of ${batchSize}: choose integers from 1 and from 2`,
    );
  }
  if (!(warmupEpochs >= 0 && warmupEpochs < epochs && baseLearningRate > 0)) {
    throw new RangeError(
      `Cannot warm up for ${warmupEpochs} of ${epochs} epochs to a rate of ${baseLearningRate}: ` +
        `choose a warm-up below the epochs and a rate above 0`,
    );
  }
  if (normEpsilon !== "none" && !(normEpsilon > 0)) {
    throw new RangeError(`Cannot normalise with an epsilon of ${normEpsilon}: choose one above 0, or "none"`);
  }
  const { dim } = train;
  const numClasses = train.labels.reduce((most, label) => Math.max(most, label + 1), 0);
  const weight = normals(dim * numClasses, stream({ seed, name: "linear-probe/weight" })).map((x) =>
    0.01 * x
  );
  const bias = new Float32Array(numClasses);
  const moveWeight = probeStep(optimizer, weight, 2), moveBias = probeStep(optimizer, bias, 1);
  const running = { mean: new Float64Array(dim), variance: new Float64Array(dim).fill(1) };
  const rows = new Float32Array(batchSize * dim); // [B, D], the batch
  const rowLabels = new Int32Array(batchSize);
  const stepsPerEpoch = Math.floor(numTrain / batchSize); // the rest of an epoch is left out, other rows each time
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = permutation(numTrain, stream({ seed, name: "linear-probe/order", epoch }));
    for (let step = 0; step < stepsPerEpoch; step++) {
      for (let i = 0; i < batchSize; i++) {
        const row = order[step * batchSize + i]!;
        rows.set(train.values.subarray(row * dim, (row + 1) * dim), i * dim);
        rowLabels[i] = train.labels[row]!;
      }
      if (normEpsilon !== "none") {
        const batch = moments(rows, dim);
        const unbiased = batchSize / (batchSize - 1);
        for (let i = 0; i < dim; i++) {
          running.mean[i]! += RUNNING_SHARE * (batch.mean[i]! - running.mean[i]!);
          running.variance[i]! += RUNNING_SHARE * (unbiased * batch.variance[i]! - running.variance[i]!);
        }
        normalize(rows, batch, normEpsilon);
      }
      const gradient = await crossEntropyGradient(rows, rowLabels, weight, bias);
      const progress = epoch + (schedule === "step" ? step / stepsPerEpoch : 0);
      const share = learningRateShare(progress, warmupEpochs, epochs);
      const learningRate = share * baseLearningRate * batchSize / 256;
      moveWeight(gradient.weight, learningRate);
      moveBias(gradient.bias, learningRate);
    }
  }
  const rowsToClassify = Float32Array.from(test.values);
  if (normEpsilon !== "none") normalize(rowsToClassify, running, normEpsilon);
  const predictions = await classify(rowsToClassify, numTest, weight, bias);
  const numRight = predictions.reduce((count, label, row) => count + Number(label === test.labels[row]), 0);
  return { accuracy: numRight / numTest, predictions };
}

type Moments = { readonly mean: Float64Array; readonly variance: Float64Array }; // [D] each

/** Mean and biased variance of each column of rows [R, D]. */
function moments(rows: Float32Array, dim: number): Moments {
  const numRows = rows.length / dim;
  const mean = new Float64Array(dim);
  const variance = new Float64Array(dim);
  for (let start = 0; start < rows.length; start += dim) {
    for (let i = 0; i < dim; i++) mean[i]! += rows[start + i]!;
  }
  for (let i = 0; i < dim; i++) mean[i]! /= numRows;
  for (let start = 0; start < rows.length; start += dim) {
    for (let i = 0; i < dim; i++) variance[i]! += (rows[start + i]! - mean[i]!) ** 2;
  }
  for (let i = 0; i < dim; i++) variance[i]! /= numRows;
  return { mean, variance };
}

/** Rows [R, D] become (x − mean) / √(variance + ε), in place. */
function normalize(rows: Float32Array, { mean, variance }: Moments, epsilon: number): void {
  const dim = mean.length;
  const scale = variance.map((value) => 1 / Math.sqrt(value + epsilon));
  for (let start = 0; start < rows.length; start += dim) {
    for (let i = 0; i < dim; i++) rows[start + i] = (rows[start + i]! - mean[i]!) * scale[i]!;
  }
}

/** Gradients of the mean cross-entropy of rows [B, D] in the weight [D, K] and the bias [K]. */
async function crossEntropyGradient(
  rows: Float32Array,
  labels: Int32Array,
  weight: Float32Array,
  bias: Float32Array,
): Promise<{ weight: Float32Array; bias: Float32Array }> {
  const batchSize = labels.length;
  const numClasses = bias.length;
  const x = tf.tensor2d(rows, [batchSize, rows.length / batchSize]);
  const w = tf.tensor2d(weight, [weight.length / numClasses, numClasses]);
  const logits = tf.matMul(x, w); // [B, K]
  const dLogits = Float32Array.from(await logits.data());
  const dBias = new Float32Array(numClasses);
  for (let row = 0; row < batchSize; row++) {
    const start = row * numClasses;
    let highest = -Infinity;
    for (let k = 0; k < numClasses; k++) {
      dLogits[start + k]! += bias[k]!;
      highest = Math.max(highest, dLogits[start + k]!);
    }
    let total = 0;
    for (let k = 0; k < numClasses; k++) {
      dLogits[start + k] = Math.exp(dLogits[start + k]! - highest);
      total += dLogits[start + k]!;
    }
    for (let k = 0; k < numClasses; k++) { // (softmax − one-hot) / B
      dLogits[start + k] = (dLogits[start + k]! / total - Number(k === labels[row])) / batchSize;
      dBias[k]! += dLogits[start + k]!;
    }
  }
  const dy = tf.tensor2d(dLogits, [batchSize, numClasses]);
  const dw = tf.matMul(x, dy, true); // [D, K]
  const dWeight = Float32Array.from(await dw.data());
  tf.dispose([x, w, logits, dy, dw]);
  return { weight: dWeight, bias: dBias };
}

/** The class of the highest logit of each row, of equals the lower one. */
async function classify(
  rows: Float32Array,
  numRows: number,
  weight: Float32Array,
  bias: Float32Array,
): Promise<Int32Array> {
  const numClasses = bias.length, dim = rows.length / numRows;
  const logits = tf.tidy(() => {
    const x = tf.tensor2d(rows, [numRows, dim]);
    return tf.add(tf.matMul(x, tf.tensor2d(weight, [dim, numClasses])), tf.tensor1d(bias)); // [Q, K]
  });
  const values = await logits.data();
  const predictions = Int32Array.from({ length: numRows }, (_, row) => {
    const scores = values.subarray(row * numClasses, (row + 1) * numClasses);
    return scores.indexOf(Math.max(...scores));
  });
  logits.dispose();
  return predictions;
}
