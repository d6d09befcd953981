import type { ImageSet } from "@lacuna/data";
import * as tf from "@tensorflow/tfjs-core";
import { embed, type Encode } from "./embed.ts";
import type { Features } from "./features.ts";
import { knn } from "./knn.ts";
import { linearProbe } from "./linear_probe.ts";
import type { ProtocolRow, ProtocolTable } from "./protocol_table.ts";

/** How the comparison is run and watched. */
export type CompareOptions = {
  /** Of the linear probe; 0 by default. */
  readonly seed?: number;
  /** Takes each row as soon as it is there. */
  readonly onRow?: (row: ProtocolRow) => void;
};

/** The table, and the trained encoder's features for a closer look. */
export type Comparison = {
  readonly table: ProtocolTable;
  readonly trained: { readonly train: Features; readonly test: Features };
};

const BATCH_SIZE = 500; // images a forward pass

/**
 * Weighted kNN and linear probe of a trained encoder beside its controls: the same encoder untrained, and the raw
 * pixels, normalized as the encoders see them. Each is embedded once and both classifiers read the same numbers.
 * @param encoders Frozen, of the same architecture.
 * @param train Labelled images that neighbours come from and the probe learns from.
 * @param test Labelled images that are classified.
 * @throws {RangeError} If a split is empty, the training split has fewer than 20 images, or a feature is not finite.
 */
export async function compareEncoders(
  encoders: { readonly trained: Encode; readonly untrained: Encode },
  train: ImageSet,
  test: ImageSet,
  options: CompareOptions = {},
): Promise<Comparison> {
  const { seed = 0, onRow } = options;
  const rows: ProtocolRow[] = [];
  const evaluate = async (
    features: ProtocolRow["features"],
    encode: Encode,
  ): Promise<Comparison["trained"]> => {
    const split = {
      train: toFeatures(await embed(encode, train, BATCH_SIZE), train),
      test: toFeatures(await embed(encode, test, BATCH_SIZE), test),
    };
    const row: ProtocolRow = {
      features,
      dim: split.train.dim,
      knn: (await knn(split.train, split.test)).accuracy,
      linear: (await linearProbe(split.train, split.test, { seed })).accuracy,
    };
    rows.push(row);
    onRow?.(row);
    return split;
  };
  const trained = await evaluate("trained encoder", encoders.trained);
  await evaluate("untrained encoder", encoders.untrained);
  await evaluate("raw pixels", (images) => tf.reshape(images, [images.shape[0], -1]));
  return { table: { rows, numTrain: train.size, numTest: test.size }, trained };
}

function toFeatures(values: Float32Array, { size, labels }: ImageSet): Features {
  return { values, dim: values.length / size, labels };
}
