import type { ImageSet } from "@lacuna/data";
import type { Transform } from "@lacuna/data/augment";
import { patchify, sinCosPositions, type TokenEncoder } from "@lacuna/encoders";
import * as tf from "@tensorflow/tfjs-core";
import { BATCH_SIZE } from "./_batch_size.ts";
import { attentiveProbe } from "./attentive_probe.ts";
import { embedLayers } from "./embed_layers.ts";
import { embedTokens } from "./embed_tokens.ts";
import { fineTune, type FineTuneOptions } from "./fine_tune.ts";
import { logisticProbe } from "./logistic_probe.ts";
import { fineTuneProtocolFor } from "./fine_tune_protocols.ts";
import { layerProbe } from "./layer_probe.ts";
import { linearProtocols } from "./linear_protocols.ts";
import { encoderProtocols, type ExtraMeasurement } from "./protocols.ts";
import { ridgeProbe } from "./ridge_probe.ts";
import { featureMeasures } from "./feature_measures.ts";
import { embed, type Encode } from "./embed.ts";
import type { Features } from "./features.ts";
import { fewLabels } from "./few_labels.ts";
import { knn } from "./knn.ts";
import { linearProbe } from "./linear_probe.ts";
import type { ProtocolRow, ProtocolTable } from "./protocol_table.ts";

/** How the comparison is run and watched. */
export type CompareOptions = {
  /** Of the linear probe; 0 by default. */
  readonly seed?: number;
  /** What is measured besides kNN and linear probe; nothing if left out. */
  readonly also?: readonly ExtraMeasurement[];
  /** Where tokens come from, for "linear-mae", "linear-beit", "attentive" and "finetune"; "rank" measures their blocks too. */
  readonly tokens?: {
    readonly trained: TokenEncoder;
    readonly untrained: TokenEncoder;
    /** Side of the patches that stand for tokens in raw pixels; it divides the image's height and width. */
    readonly patchSize: number;
  };
  /** How an image becomes one of the views that LiDAR of "rank" is measured on, ending at its own size; without it there is no LiDAR. */
  readonly view?: readonly Transform[];
  /** How many of the training images have labels; all if left out. */
  readonly numLabels?: number;
  /** How "finetune" is done; `fineTuneProtocolFor()` the labelled images if left out. */
  readonly fineTune?: FineTuneOptions;
  /** Takes each row as soon as it is there. */
  readonly onRow?: (row: ProtocolRow) => void;
};

/** The table, and the trained encoder's features for a closer look. */
export type Comparison = {
  readonly table: ProtocolTable;
  /** What everything but "rank" learned from: `fewLabels()` of the training images, or all. */
  readonly labelled: ImageSet;
  /** Of the labelled and of the test images. */
  readonly trained: { readonly train: Features; readonly test: Features };
};

const PLACE_DIM = 16; // numbers that say where a patch is

/**
 * Weighted kNN and linear probe of a trained encoder beside its controls: the same encoder untrained, and the raw
 * pixels, normalized as the encoders see them. Each is embedded once and both classifiers read the same numbers. Other protocols are added on
 * demand; fine-tuned in the same way, the untrained encoder is supervised training from scratch with the same budget.
 * @param encoders Frozen, of the same architecture.
 * @param train Labelled images that neighbours come from and probes learn from.
 * @param test Labelled images that are classified.
 * @throws {DivergenceError} If the loss of a fine-tuning becomes NaN or infinite.
 * @throws {RangeError} If a split is empty, there are fewer than 20 labelled training images or not as many as asked for, a feature is not finite, or a
 * protocol needs tokens and there are none.
 */
export async function compareEncoders(
  encoders: { readonly trained: Encode; readonly untrained: Encode },
  train: ImageSet,
  test: ImageSet,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { seed = 0, also = [], tokens, view, numLabels, onRow } = options;
  if (tokens === undefined && also.some((name) => encoderProtocols.includes(name))) {
    throw new RangeError(`Cannot do ${also.join(", ")} without tokens: pass the encoders that give them`);
  }
  const labelled = numLabels === undefined || numLabels === train.size ? train : fewLabels(train, numLabels);
  const featuresOf = async (encode: Encode, images: ImageSet) =>
    toFeatures(await embed(encode, images, BATCH_SIZE), images);
  const splitOf = async (encode: Encode) => ({
    train: await featuresOf(encode, labelled),
    test: await featuresOf(encode, test),
  });
  const probeAs = async (protocol: "mae" | "extrema", { train, test }: Comparison["trained"]) =>
    (await linearProbe(train, test, { seed, ...linearProtocols[protocol] })).accuracy;
  const probeLayers = async (encoder: TokenEncoder | undefined, pixels: Comparison["trained"]) => {
    const of = async (images: ImageSet, ofPixels: Features) =>
      encoder ? await embedLayers((batch) => encoder.layerVectors(batch), images, BATCH_SIZE) : [ofPixels];
    const [ofTrain, ofTest] = [await of(labelled, pixels.train), await of(test, pixels.test)];
    return (await layerProbe(ofTrain, ofTest, { seed })).accuracy;
  };
  const rows: ProtocolRow[] = [];
  const evaluate = async (
    features: ProtocolRow["features"],
    encode: Encode,
    encoder?: TokenEncoder,
  ): Promise<Comparison["trained"]> => {
    const split = await splitOf(encode);
    const row: ProtocolRow = {
      features,
      dim: split.train.dim,
      knn: (await knn(split.train, split.test)).accuracy,
      linear: (await linearProbe(split.train, split.test, { seed })).accuracy,
      ...also.includes("ridge") && { ridge: (await ridgeProbe(split.train, split.test, { seed })).accuracy },
      ...also.includes("logistic") && {
        logistic: (await logisticProbe(split.train, split.test, { seed })).accuracy,
      },
      ...also.includes("linear-mae") && {
        "linear-mae": await probeAs(
          "mae",
          encoder ? await splitOf((images) => encoder.classVector(images)) : split,
        ),
      },
      ...also.includes("linear-extrema") && { "linear-extrema": await probeAs("extrema", split) },
      ...also.includes("linear-beit") && { "linear-beit": await probeLayers(encoder, split) },
      ...also.includes("attentive") && {
        attentive: await attend(
          encoder
            ? (images) => encoder.patchTokens(images)
            : (images) => placedPatches(images, tokens!.patchSize),
          labelled,
          test,
          seed,
        ),
      },
      ...also.includes("finetune") && encoder && {
        finetune: (await fineTune(encoder, labelled, test, {
          seed,
          ...fineTuneProtocolFor(labelled.size),
          ...options.fineTune,
        })).accuracy,
      },
      ...also.includes("rank") && {
        rank: await featureMeasures(encode, train, { seed, encoder, ...view && { view } }),
      },
    };
    rows.push(row);
    onRow?.(row);
    return split;
  };
  const trained = await evaluate("trained encoder", encoders.trained, tokens?.trained);
  await evaluate("untrained encoder", encoders.untrained, tokens?.untrained);
  await evaluate("raw pixels", (images) => tf.reshape(images, [images.shape[0], -1]));
  return { table: { rows, numTrain: labelled.size, numTest: test.size }, labelled, trained };
}

/** Accuracy of an attentive probe with as many heads, up to 4, as the width divides into. */
async function attend(
  encode: (images: tf.Tensor4D) => tf.Tensor3D,
  train: ImageSet,
  test: ImageSet,
  seed: number,
): Promise<number> {
  const ofTrain = await embedTokens(encode, train, BATCH_SIZE);
  const ofTest = await embedTokens(encode, test, BATCH_SIZE);
  const numHeads = [4, 3, 2].find((heads) => ofTrain.dim % heads === 0) ?? 1;
  return (await attentiveProbe(ofTrain, ofTest, { seed, numHeads })).accuracy;
}

/** Patches [B, N, p²C + 16] of pixels, each with its place: without it, no attention could tell above from below. */
function placedPatches(images: tf.Tensor4D, patchSize: number): tf.Tensor3D {
  const [batchSize, height, width] = images.shape;
  const [rows, columns] = [height / patchSize, width / patchSize];
  const places = tf.tensor3d(sinCosPositions(rows, columns, PLACE_DIM), [1, rows * columns, PLACE_DIM]);
  const repeated: tf.Tensor3D = tf.tile(places, [batchSize, 1, 1]);
  return tf.concat<tf.Tensor3D>([patchify(images, patchSize, "channelLast"), repeated], -1);
}

function toFeatures(values: Float32Array, { size, labels }: ImageSet): Features {
  return { values, dim: values.length / size, labels };
}
