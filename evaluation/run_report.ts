import { type ImageSet, normalizeBatch } from "@lacuna/data";
import type { LoadedRun } from "@lacuna/pipelines/load-run";
import { choice, permutation, type Prng, stream } from "@lacuna/random";
import * as tf from "@tensorflow/tfjs-core";
import { count } from "./_count.ts";
import { withEnoughEpochs } from "./_with_enough_epochs.ts";
import type { EvaluationRecord } from "./evaluation_record.ts";
import type { Features } from "./features.ts";
import { attentiveProbeDefaults } from "./attentive_probe.ts";
import type { FineTuneProtocol } from "./fine_tune_protocols.ts";
import type { ProtocolRow } from "./protocol_table.ts";
import { encoderProtocols } from "./protocols.ts";
import { knnDefaults } from "./knn.ts";
import { linearProbeDefaults } from "./linear_probe.ts";
import { nearestNeighbors } from "./nearest_neighbors.ts";
import type {
  AttentionPictures,
  FactList,
  MaskedPicture,
  NeighborPictures,
  Picture,
  ReportData,
} from "./report/report_data.ts";
import { trainingCurves } from "./training_curves.ts";

/** What a run's report is made from. */
export type RunReportInput = {
  readonly runFolder: string;
  readonly run: LoadedRun;
  readonly record: EvaluationRecord;
  readonly train: ImageSet;
  /** The training images whose labels were used, `train` or some of it. */
  readonly labelled: ImageSet;
  readonly test: ImageSet;
  /** The trained encoder's features of the labelled and of the test images. */
  readonly trained: { readonly train: Features; readonly test: Features };
};

const NUM_PICTURES = 6; // images that each of the three galleries shows
const NUM_NEIGHBORS = 8;

/** Gathers what a run's report shows; which images are shown is drawn by the run's seed. */
export async function runReport(input: RunReportInput): Promise<ReportData> {
  const { runFolder, run, record, train, labelled, test, trained } = input;
  const { config, summary } = run;
  const draw = (set: ImageSet, name: string) =>
    choice(set.size, NUM_PICTURES, stream({ seed: config.seed, name: `report/${name}` }));
  const queries = drawOfEachClass(test, stream({ seed: config.seed, name: "report/queries" }));
  const end = summary.status === "complete"
    ? ""
    : `, ${summary.status} after ${run.step} of ${summary.totalSteps} steps`;
  return {
    title: runFolder,
    subtitle: `Self-supervised pre-training with ${summary.pipeline} on ${summary.data.name}${end}`,
    table: record.table,
    protocol: protocol(input),
    curves: trainingCurves(run.metrics, run.trained.outDim, summary.pipeline),
    patchSize: config.encoder.patchSize,
    classNames: test.classNames,
    masks: maskedPictures(run, train, draw(train, "masks")),
    neighbors: await neighborPictures(labelled, test, queries, trained),
    attention: await attentionPictures(run, test, queries),
    facts: facts(input),
    config: JSON.stringify(config, null, 2),
  };
}

/** How the table's numbers came about, a paragraph each. */
function protocol({ record, run, train }: RunReportInput): string[] {
  const { table: { rows, numTrain, numTest }, data, fineTune } = record;
  const { k, temperature } = knnDefaults;
  const { epochs } = withEnoughEpochs(linearProbeDefaults, numTrain);
  const rowsPerStep = Math.min(linearProbeDefaults.batchSize, numTrain);
  const { linear } = rows[0]!; // the trained encoder
  const standardError = Math.sqrt(linear * (1 - linear) / numTest);
  return [
    `The images: ${data.source}.`,
    ...numTrain === train.size ? [] : [
      `Few labels: of ${count(train.size)} training images everything learned from ${
        count(numTrain)
      } with their labels, drawn at ` +
      `random, the same for every run, as many of each class as of the others where there are so many. The pre-training saw all images, without labels.`,
    ],
    `Every row sees the same images and labels. Both classifiers read the same numbers: of the encoders, the vector ` +
    `that the method gives of a whole image; of the pixels, all ${
      rows.at(-1)!.dim
    }, normalized as the encoders see ` +
    `them. The untrained encoder has the weights with which this run began.`,
    `kNN: the ${k} training images of highest cosine vote for their class with weight exp(cosine / ${temperature}). ` +
    `Linear probe: batch normalisation without scale and shift, then one linear layer, SGD with momentum for ` +
    `${epochs} epochs at batch ${rowsPerStep} on features computed once, without augmentation.`,
    ...extras(rows[0]!, numTrain, fineTune),
    ...run.trained.representedBy === "teacher" &&
        [...encoderProtocols, "rank"].some((name) => name in rows[0]!)
      ? [twoEncoders]
      : [],
    `With ${count(numTest)} test images, one standard error of the trained encoder's linear probe is ` +
    `${(100 * standardError).toFixed(1)} points.`,
  ];
}

const twoEncoders =
  `Two encoders: the vector of an image is the teacher's, which follows the student. Class token, layers and tokens, which MAE's and BEiT's linear ` +
  `probes and the attentive probe read, and blocks whose spread is measured are the student's, and fine-tuning begins with the student.`;

/** What was measured besides kNN and linear probe. */
function extras(row: ProtocolRow, numTrain: number, fineTune: EvaluationRecord["fineTune"]): string[] {
  const { ridge, logistic, attentive } = row;
  const regressions =
    `Ridge and logistic regression: of classes on the same numbers, standardised; how much they are regularised is chosen on a ` +
    `fifth of the training images, which is set aside for it.`;
  const ofPapers =
    `Linear probes as papers have them, on features of images that are not augmented: MAE's of the class token, ExtreMA's of the same vector as ` +
    `ours, BEiT's of [class token; mean of patches] after each block, of which the best is shown, which flatters a little. Encoders without a class ` +
    `token give their vector of the image, and the pixels are themselves. They take the papers' epochs, which are few steps where labels are few.`;
  const probe =
    `Attentive: one learned query attends to all tokens of the frozen encoder, for the pixels to the patches with their places; AdamW for ` +
    `${withEnoughEpochs(attentiveProbeDefaults, numTrain).epochs} epochs.`;
  const tuning = (protocol: FineTuneProtocol) =>
    `Fine-tuned: a copy of the encoder, trained end to end with labels for ${protocol.epochs} epochs with flips and label ` +
    `smoothing, each layer at ${protocol.layerDecay} of the next one's learning rate. The untrained encoder learns in the same way: ` +
    `supervised training from scratch with the same budget. No rate was chosen for either.`;
  return [
    ...ridge === undefined && logistic === undefined ? [] : [regressions],
    ...["linear-mae", "linear-extrema", "linear-beit"].some((name) => name in row) ? [ofPapers] : [],
    ...attentive === undefined ? [] : [probe],
    ...fineTune === undefined ? [] : [tuning(fineTune)],
  ];
}

/** Training images with the masks that they had in the first epoch. */
function maskedPictures({ trained }: LoadedRun, train: ImageSet, samples: Int32Array): MaskedPicture[] {
  return Array.from(samples, (sample) => ({
    picture: pictureOf(train, sample),
    visible: trained.visibleParts({ epoch: 0, sample }),
  }));
}

async function neighborPictures(
  labelled: ImageSet,
  test: ImageSet,
  queries: Int32Array,
  trained: RunReportInput["trained"],
): Promise<NeighborPictures[]> {
  const { dim, values } = trained.test;
  const vectors = new Float32Array(queries.length * dim);
  queries.forEach((query, i) => vectors.set(values.subarray(query * dim, (query + 1) * dim), i * dim));
  const { indices, cosines } = await nearestNeighbors(trained.train.values, vectors, dim, NUM_NEIGHBORS);
  return Array.from(queries, (query, i) => ({
    query: pictureOf(test, query),
    label: test.labels[query]!,
    neighbors: Array.from(indices.subarray(i * NUM_NEIGHBORS, (i + 1) * NUM_NEIGHBORS), (sample, j) => ({
      picture: pictureOf(labelled, sample),
      label: labelled.labels[sample]!,
      cosine: cosines[i * NUM_NEIGHBORS + j]!,
    })),
  }));
}

async function attentionPictures(
  { trained }: LoadedRun,
  test: ImageSet,
  samples: Int32Array,
): Promise<AttentionPictures[]> {
  const { attentionMap } = trained;
  if (!attentionMap) return [];
  const map = tf.tidy(() => {
    const pixels = normalizeBatch(test, samples);
    return attentionMap(
      tf.tensor4d(pixels, [samples.length, test.height, test.width, test.channels]),
    );
  });
  const [, numHeads, numTokens] = map.shape; // [B, heads, N]
  const weights = Float32Array.from(await map.data());
  map.dispose();
  const row = (index: number) => weights.subarray(index * numTokens, (index + 1) * numTokens);
  return Array.from(samples, (sample, i) => ({
    picture: pictureOf(test, sample),
    heads: Array.from({ length: numHeads }, (_, head) => row(i * numHeads + head)),
  }));
}

function facts({ run, record, train, test }: RunReportInput): FactList[] {
  const { config, summary, metrics } = run;
  const speeds = metrics.map((line) => line.imagesPerSecond).sort((a, b) => a - b);
  const speed = speeds[Math.floor(speeds.length / 2)];
  return [
    {
      title: "Training",
      facts: [
        ["status", `${summary.status}, ${count(run.step)} of ${count(summary.totalSteps)} steps`],
        ["images seen", count(run.step * config.schedule.batchSize)],
        ["seed", `${config.seed}`],
        ["device", `${summary.device.name}: ${summary.device.detail}`],
        ["time in steps", minutes(summary.seconds)],
        [
          "speed",
          speed === undefined ? "not logged" : `${count(Math.round(speed))} images/s, median of all steps`,
        ],
        ["begun", summary.started],
        ["ended", summary.updated],
      ],
    },
    {
      title: "Evaluation",
      facts: [
        ["device", `${record.device.name}: ${record.device.detail}`],
        ["time", `${record.seconds.toFixed(1)} s`],
        [
          "images",
          `${count(record.table.numTrain)} of ${count(train.size)} training, ${count(test.size)} test`,
        ],
        ["data hash", train.contentHash],
        ["checkpoint", `step ${count(record.checkpoint.step)}, sha256 ${record.checkpoint.sha256}`],
        [
          "versions",
          `Lacuna ${summary.versions.lacuna}, Deno ${summary.versions.deno}, tfjs ${summary.versions.tfjs}`,
        ],
      ],
    },
  ];
}

function pictureOf(set: ImageSet, sample: number): Picture {
  const { height, width, channels, images } = set;
  const size = height * width * channels;
  return { height, width, channels, pixels: images.subarray(sample * size, (sample + 1) * size) };
}

/** 161.4 seconds as "2 min 41 s". */
function minutes(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Images to look closely at: one of each class before a second of any. */
function drawOfEachClass(set: ImageSet, prng: Prng): Int32Array {
  const seen = new Set<number>();
  const [firsts, others]: [number[], number[]] = [[], []];
  for (const i of permutation(set.size, prng)) {
    const label = set.labels[i]!;
    (seen.has(label) ? others : firsts).push(i);
    seen.add(label);
  }
  return Int32Array.from([...firsts, ...others].slice(0, NUM_PICTURES));
}
