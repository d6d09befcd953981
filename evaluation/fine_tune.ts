import { type ImageSet, normalizeBatch } from "@lacuna/data";
import { augmentViewsAsync, imagesOf, mixBatch } from "@lacuna/data/augment";
import { LayerNorm, Linear, type PatchTokens, type TokenEncoder, under } from "@lacuna/encoders";
import { decayed } from "@lacuna/encoders/decayed";
import { permutation, type Prng, stream, substream } from "@lacuna/random";
import { type ParameterMap, softmaxXent, valueAndGrads } from "@lacuna/tensor";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor2D, Tensor4D } from "@tensorflow/tfjs-core";
import { learningRateShare } from "./_learning_rate_share.ts";
import { DivergenceError } from "./divergence_error.ts";
import { type FineTuneProtocol, fineTuneProtocols } from "./fine_tune_protocols.ts";
import { LayerDecayAdamW } from "./layer_decay.ts";

/** How an encoder is fine-tuned: a protocol, or parts of one on `fineTuneProtocols.few`. */
export type FineTuneOptions = Partial<FineTuneProtocol> & {
  /** Of the head's start, order, augmentation and drop path, a uint32; 0 by default. */
  readonly seed?: number;
  /** Takes the mean loss of each epoch as soon as it is over. */
  readonly onEpoch?: (epoch: number, loss: number) => void;
};

/** What the tuned classifier says of the test split. */
export type FineTuneResult = {
  /** Share of the test images whose class was predicted, in [0, 1]. */
  readonly accuracy: number;
  /** [Q] predicted class numbers. */
  readonly predictions: Int32Array;
  /** Mean training loss of each epoch, in nats. */
  readonly losses: readonly number[];
};

const EVALUATION_BATCH = 500; // images a forward pass

/**
 * Trains a copy of an encoder end to end with labels, and classifies the test images with it: mean of the patches' tokens, LayerNorm, one linear
 * layer that starts near 0 (σ = 2 · 10⁻⁵); AdamW with layer decay, drop path, mixup, cutmix and label smoothing (MAE, arXiv:2111.06377, §A.1).
 * Sine-cosine positions learn too, as in ExtreMA. The last epoch's weights count, and the encoder itself stays as it is.
 *
 * The control is the same call with the untrained encoder: supervised from scratch with the same budget. Either has a rate of its own that suits it best;
 * where the difference matters, choose each on images that neither learns from.
 * @param encoder Where it starts.
 * @param train Labelled images to learn from.
 * @param test Labelled images that are classified; neither augmented nor mixed.
 * @param options How.
 * @throws {RangeError} If an option is out of range.
 * @throws {DivergenceError} If the loss becomes NaN or infinite.
 * @throws {TypeError} If the images are not of the encoder's size.
 */
export async function fineTune(
  encoder: TokenEncoder,
  train: ImageSet,
  test: ImageSet,
  options: FineTuneOptions = {},
): Promise<FineTuneResult> {
  const { seed = 0, onEpoch, ...rest } = options;
  const protocol: FineTuneProtocol = { ...fineTuneProtocols.few, ...rest };
  check(protocol, train);
  const { epochs, warmupEpochs, baseLearningRate, minLearningRate } = protocol;
  const batchSize = Math.min(protocol.batchSize, train.size);
  const peak = baseLearningRate * batchSize / 256;
  const classifier = new Classifier(
    encoder.tunable(protocol.dropPathRate),
    train.numClasses,
    stream({ seed, name: "fine-tune/head" }),
  );
  const { parameters } = classifier;
  const optimizer = new LayerDecayAdamW(parameters, encoder.config.depth, protocol.layerDecay, {
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: protocol.weightDecay,
    decayed: (name) => decayed(name, parameters[name]!.rank),
  });
  const stepsPerEpoch = Math.floor(train.size / batchSize); // the rest of an epoch is left out, other images each time
  const losses: number[] = [];
  try {
    for (let epoch = 0; epoch < epochs; epoch++) {
      const order = permutation(train.size, stream({ seed, name: "fine-tune/order", epoch }));
      let sum = 0;
      for (let step = 0; step < stepsPerEpoch; step++) {
        const samples = order.slice(step * batchSize, (step + 1) * batchSize);
        const { images, targets } = await mixedBatch(train, samples, protocol, { seed, epoch, step });
        const dropPath = stream({ seed, name: "fine-tune/drop-path", epoch, step });
        const { value, grads } = valueAndGrads(
          () => tf.tidy(() => tf.mean(softmaxXent(classifier.forward(images(), dropPath), targets()))),
          parameters,
        );
        const loss = (await value.data())[0]!;
        const share = learningRateShare(epoch + step / stepsPerEpoch, warmupEpochs, epochs);
        const floor = epoch + step / stepsPerEpoch < warmupEpochs ? 0 : minLearningRate;
        if (Number.isFinite(loss)) optimizer.step(grads, floor + (peak - floor) * share);
        tf.dispose([value, grads]);
        if (!Number.isFinite(loss)) {
          throw new DivergenceError(
            `The loss is ${loss} in epoch ${epoch}, step ${step} of the fine-tuning: lower baseLearningRate (now ${baseLearningRate})`,
          );
        }
        sum += loss;
      }
      losses.push(sum / stepsPerEpoch);
      onEpoch?.(epoch, sum / stepsPerEpoch);
    }
    return { ...await classify(classifier, test), losses };
  } finally {
    optimizer.dispose();
    tf.dispose(Object.values(parameters));
  }
}

/** An encoder's patches' mean, a norm, a linear layer: images [B, H, W, C] → logits [B, K]. */
class Classifier {
  readonly #encoder: PatchTokens;
  readonly #norm: LayerNorm;
  readonly #head: Linear;
  readonly parameters: ParameterMap; // the encoder's; fc_norm; head [D, K]

  constructor(encoder: PatchTokens, numClasses: number, prng: Prng) {
    const { dim } = encoder.config;
    this.#encoder = encoder;
    this.#norm = new LayerNorm(dim, 1e-6);
    this.#head = new Linear(dim, numClasses, substream(prng, "weight"), { std: 2e-5 });
    this.parameters = {
      ...encoder.parameters,
      ...under("fc_norm", this.#norm),
      ...under("head", this.#head),
    };
  }

  forward(images: Tensor4D, dropPath?: Prng): Tensor2D {
    return tf.tidy(() => {
      const pooled = tf.mean<Tensor2D>(this.#encoder.patchTokens(images, dropPath), 1);
      return this.#head.forward(this.#norm.forward(pooled));
    });
  }
}

/** Augmented and mixed images, and their classes' shares. */
async function mixedBatch(
  { images, labels, height, width, channels, numClasses, mean, std }: ImageSet,
  samples: Int32Array,
  { augment, mix }: FineTuneProtocol,
  { seed, epoch, step }: { seed: number; epoch: number; step: number },
): Promise<{ images: () => Tensor4D; targets: () => Tensor2D }> {
  const length = height * width * channels;
  const pixels = new Uint8Array(samples.length * length);
  samples.forEach((sample, b) =>
    pixels.set(images.subarray(sample * length, (sample + 1) * length), b * length)
  );
  const [view] = await augmentViewsAsync(
    imagesOf(pixels, { height, width, channels }),
    { size: [height, width], mean, std, views: [augment] },
    { seed, epoch, samples },
  );
  const own = samples.map((sample) => labels[sample]!);
  const mixed = mixBatch(
    { images: view!, height, width, channels, labels: own, numClasses },
    mix,
    { seed, epoch, step },
    view,
  );
  return {
    images: () => tf.tensor4d(mixed.images, [samples.length, height, width, channels]),
    targets: () => tf.tensor2d(mixed.targets, [samples.length, numClasses]),
  };
}

async function classify(classifier: Classifier, test: ImageSet): Promise<Omit<FineTuneResult, "losses">> {
  const { size, height, width, channels, labels } = test;
  const predictions = new Int32Array(size);
  for (let first = 0; first < size; first += EVALUATION_BATCH) {
    const samples = Array.from({ length: Math.min(EVALUATION_BATCH, size - first) }, (_, i) => first + i);
    const best = tf.tidy(() => {
      const images: Tensor4D = tf.tensor4d(normalizeBatch(test, samples), [
        samples.length,
        height,
        width,
        channels,
      ]);
      return tf.argMax(classifier.forward(images), -1);
    });
    predictions.set(await best.data<"int32">(), first);
    best.dispose();
  }
  const numRight = predictions.reduce((count, label, row) => count + Number(label === labels[row]), 0);
  return { accuracy: numRight / size, predictions };
}

function check(protocol: FineTuneProtocol, { size }: ImageSet): void {
  const { epochs, warmupEpochs, batchSize, baseLearningRate, minLearningRate, layerDecay } = protocol;
  if (
    !(Number.isInteger(epochs) && epochs >= 1 && Number.isInteger(batchSize) && batchSize >= 1 && size >= 1)
  ) {
    throw new RangeError(
      `Cannot fine-tune for ${epochs} epochs on ${size} images in batches of ${batchSize}: choose integers from 1`,
    );
  }
  if (!(warmupEpochs >= 0 && warmupEpochs < epochs && baseLearningRate > 0 && minLearningRate >= 0)) {
    throw new RangeError(
      `Cannot warm up for ${warmupEpochs} of ${epochs} epochs to a rate of ${baseLearningRate} and end at ` +
        `${minLearningRate}: choose a warm-up below the epochs, a rate above 0 and an end from 0`,
    );
  }
  if (!(layerDecay > 0 && layerDecay <= 1)) {
    throw new RangeError(`Cannot decay the layers' rates by ${layerDecay}: choose a number in (0, 1]`);
  }
}
