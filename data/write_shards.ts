/**
 * Images and labels to Arrow files and a manifest.
 * @module
 */
import { makeData, RecordBatch, Struct, Table, tableToIPC } from "apache-arrow";
import { isMissing } from "./_is_missing.ts";
import { sha256 } from "./_sha256.ts";
import { type ShardFacts, shardSchema } from "./_shard_schema.ts";
import type { Manifest, ShardEntry, SplitManifest } from "./read_manifest.ts";
import { StorageError } from "./storage_error.ts";
import { writeAtomically } from "./write_atomically.ts";

/** Images and their classes. */
export type LabelledImages = {
  /** [n, H, W, C], 0…255. */
  readonly images: Uint8Array;
  /** [n], 0…numClasses − 1. */
  readonly labels: Uint8Array;
};

/** A data set as it is written. */
export type ImageSource = {
  /** Of the data set. */
  readonly name: string;
  /** Where the images came from. */
  readonly source: string;
  /** Under which terms. */
  readonly licence: string;
  /** H, in pixels. */
  readonly height: number;
  /** W, in pixels. */
  readonly width: number;
  /** C. */
  readonly channels: number;
  /** What each label means; at most 256. */
  readonly classNames: readonly string[];
  /** Rows of the source that were left out. */
  readonly dropped: { readonly malformed: number; readonly duplicates: number };
  /** At least one image each. */
  readonly splits: { readonly train: LabelledImages; readonly test: LabelledImages };
};

const ROWS_PER_SHARD = 10_000;
const ROWS_PER_BATCH = 1024;

/**
 * Writes a data set as uncompressed Arrow files of 10,000 images (`train-00000.arrow`, …; record batches of 1,024)
 * and `manifest.json`. Every file appears whole or not at all, and the manifest last: a folder whose import was cut
 * short has no manifest.
 * @param folder Made if missing; files of the same names are replaced.
 * @param source What to write.
 * @param onProgress Told the number of images written so far.
 * @returns The manifest that was written.
 * @throws {RangeError} If a split is empty or its images and labels differ in number, a label has no class, or all
 * pixels of a channel are equal.
 * @throws {StorageError} If the disk is full or the folder cannot be written.
 */
export async function writeShards(
  folder: string,
  source: ImageSource,
  onProgress?: (numWritten: number) => void,
): Promise<Manifest> {
  const { name, licence, height, width, channels, classNames, dropped, splits } = source;
  const facts: ShardFacts = { name, source: source.source, licence, height, width, channels, classNames };
  const classCounts = {
    train: countClasses("train", splits.train, facts),
    test: countClasses("test", splits.test, facts),
  };
  const moments = pixelMoments(splits.train.images, channels);
  const manifestFile = `${folder}/manifest.json`;
  await storing(folder, () => Deno.mkdir(folder, { recursive: true }));
  await storing(manifestFile, () => removeIfThere(manifestFile)); // it would vouch for half-replaced shards

  let numWritten = 0;
  const writeSplit = (split: "train" | "test"): SplitManifest => {
    const { images, labels } = splits[split];
    const shards: ShardEntry[] = [];
    for (let start = 0; start < labels.length; start += ROWS_PER_SHARD) {
      const end = Math.min(start + ROWS_PER_SHARD, labels.length);
      const bytes = encodeShard(facts, splits[split], start, end);
      const file = `${split}-${String(shards.length).padStart(5, "0")}.arrow`;
      writeAtomically(`${folder}/${file}`, bytes);
      shards.push({ file, rows: end - start, bytes: bytes.length, sha256: sha256(bytes) });
      numWritten += end - start;
      onProgress?.(numWritten);
    }
    const contentHash = sha256(images, labels);
    return { rows: labels.length, classCounts: classCounts[split], contentHash, shards };
  };
  const train = writeSplit("train");
  const test = writeSplit("test");
  const manifest: Manifest = { format: 1, ...facts, ...moments, dropped, splits: { train, test } };
  writeAtomically(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

/** [numClasses], after checking that the split is one. */
function countClasses(split: string, { images, labels }: LabelledImages, facts: ShardFacts): number[] {
  const imageBytes = facts.height * facts.width * facts.channels;
  if (labels.length === 0 || images.length !== labels.length * imageBytes) {
    throw new RangeError(
      `Cannot write ${labels.length} labels and ${images.length} bytes of ${imageBytes} an image as split "${split}": ` +
        `give as many images as labels, at least one`,
    );
  }
  const counts = new Array<number>(facts.classNames.length).fill(0);
  for (const label of labels) {
    if (label >= counts.length) {
      throw new RangeError(
        `Label ${label} in split "${split}" has no class: name at least ${label + 1} classes`,
      );
    }
    counts[label]!++;
  }
  return counts;
}

/** Mean and standard deviation (of the population) of each channel, pixels scaled to [0, 1]. */
function pixelMoments(images: Uint8Array, channels: number): { mean: number[]; std: number[] } {
  const sum = new Array<number>(channels).fill(0);
  const sumOfSquares = new Array<number>(channels).fill(0);
  for (let c = 0; c < channels; c++) {
    let s = 0, q = 0; // integers, exact up to 2^53: 1.3e11 pixels
    for (let i = c; i < images.length; i += channels) {
      const value = images[i]!;
      s += value;
      q += value * value;
    }
    sum[c] = s;
    sumOfSquares[c] = q;
  }
  const n = images.length / channels;
  const mean = sum.map((s) => s / n / 255);
  const std = sumOfSquares.map((q, c) => Math.sqrt(n * q - sum[c]! ** 2) / n / 255);
  if (std.includes(0)) {
    throw new RangeError(
      `All training pixels of channel ${std.indexOf(0)} are equal: there is nothing to learn there`,
    );
  }
  return { mean, std };
}

/** Rows start…end − 1 as an Arrow IPC file. */
function encodeShard(facts: ShardFacts, rows: LabelledImages, start: number, end: number): Uint8Array {
  const schema = shardSchema(facts);
  const [imageType, labelType] = schema.fields.map((field) => field.type);
  const imageBytes = facts.height * facts.width * facts.channels;
  const batches: RecordBatch[] = [];
  for (let from = start; from < end; from += ROWS_PER_BATCH) {
    const to = Math.min(from + ROWS_PER_BATCH, end);
    const image = makeData({
      type: imageType!,
      length: to - from,
      data: rows.images.subarray(from * imageBytes, to * imageBytes),
    });
    const label = makeData({ type: labelType!, length: to - from, data: rows.labels.subarray(from, to) });
    const struct = makeData({ type: new Struct(schema.fields), length: to - from, children: [image, label] });
    batches.push(new RecordBatch(schema, struct));
  }
  return tableToIPC(new Table(schema, batches), "file");
}

async function removeIfThere(file: string): Promise<void> {
  await Deno.remove(file).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
}

async function storing(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new StorageError(file, error);
  }
}
