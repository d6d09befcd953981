/**
 * A small split of images, whole in memory.
 * @module
 */
import { formatBytes } from "../terminal/format_bytes.ts";
import type { ImageSet } from "../image_set.ts";
import type { Column, ImageColumn, LabelColumn } from "./column.ts";
import type { PixelStatistics } from "./manifest.ts";
import type { Split } from "./open_dataset.ts";

/** What becomes of encoded images, which are of any size. */
export type EncodedImageOptions = {
  /** Height and width of the middle square that is kept of each. */
  readonly size: number;
  /** [3], mean of the pixels in [0, 1]. */
  readonly mean: readonly number[];
  /** [3], their standard deviation. */
  readonly std: readonly number[];
};

/**
 * Reads all of a split that has an image and a label column; where it has several of a kind, the first counts.
 * @param split With decoded images, or with encoded ones.
 * @param encoded What becomes of encoded images; without, they are refused.
 * @returns Images, labels, and the mean and deviation of the "train" split, or of this one if there is no such.
 * @throws {RangeError} If it has no image or no label column, all pixels of a channel are equal, or memory does not hold it.
 * @throws {ShardError} If a shard is not what was written.
 * @throws {ImageError} If an image cannot be decoded.
 */
export async function readImageSet(split: Split, encoded?: EncodedImageOptions): Promise<ImageSet> {
  if (encoded && split.columns.every(({ kind }) => kind !== "image")) {
    return await readEncoded(split, encoded);
  }
  const image = columnOf<ImageColumn>(split, "image");
  const label = columnOf<LabelColumn>(split, "label");
  const [height, width, channels] = image.shape;
  const images = memoryFor(split, height * width * channels);
  const labels = new Int32Array(split.numRows);
  const memory = new Uint8Array(split.maxBlockBytes);
  for (let block = 0; block < split.numBlocks; block++) {
    const { first, columns } = await split.readBlock(block, memory);
    images.set(columns[image.name]!.values, first * height * width * channels);
    labels.set(columns[label.name]!.values, first);
  }
  const { manifest } = split;
  const { statistics } = manifest.splits["train"] ?? split;
  const { mean, std } = statistics[image.name] as PixelStatistics;
  if (std.includes(0)) {
    throw new RangeError(
      `All pixels of channel ${
        std.indexOf(0)
      } of ${manifest.name} are equal: there is nothing to learn there`,
    );
  }
  return { ...factsOf(split, label), height, width, channels, images, labels, mean, std };
}

async function readEncoded(split: Split, { size, mean, std }: EncodedImageOptions): Promise<ImageSet> {
  const { decodeImage } = await import("../images/decode_image.ts");
  const { fitSquare } = await import("../images/fit_square.ts");
  const image = columnOf(split, "encodedImage");
  const label = columnOf<LabelColumn>(split, "label");
  const imageLength = size * size * 3;
  const images = memoryFor(split, imageLength);
  const labels = new Int32Array(split.numRows);
  const memory = new Uint8Array(split.maxBlockBytes);
  for (let block = 0; block < split.numBlocks; block++) {
    const { first, numRows, columns } = await split.readBlock(block, memory);
    const { values, offsets } = columns[image.name]!;
    for (let i = 0; i < numRows; i++) {
      const file = (values as Uint8Array).subarray(offsets![i]!, offsets![i + 1]!);
      const { pixels } = fitSquare(decodeImage(file, { minSize: size }), size);
      images.set(pixels, (first + i) * imageLength);
    }
    labels.set(columns[label.name]!.values, first);
  }
  return { ...factsOf(split, label), height: size, width: size, channels: 3, images, labels, mean, std };
}

function memoryFor({ name, manifest, numRows }: Split, imageLength: number): Uint8Array {
  try {
    return new Uint8Array(numRows * imageLength);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const size = formatBytes(numRows * imageLength);
    throw new RangeError(
      `Split "${name}" of ${manifest.name} takes ${size}, which memory has not: take fewer rows with \`data split\``,
      { cause },
    );
  }
}

function factsOf(
  { manifest, numRows, contentHash }: Split,
  { classNames }: LabelColumn,
): Pick<ImageSet, "name" | "numClasses" | "classNames" | "size" | "contentHash"> {
  return { name: manifest.name, numClasses: classNames.length, classNames, size: numRows, contentHash };
}

function columnOf<T extends Column>({ name, manifest, columns }: Split, kind: T["kind"]): T {
  const column = columns.find((column): column is T => column.kind === kind);
  if (column !== undefined) return column;
  const kinds = columns.map((column) => `"${column.name}" (${column.kind})`).join(", ");
  throw new RangeError(
    `Split "${name}" of ${manifest.name} has no ${kind} column, only ${kinds}: import it with one`,
  );
}
