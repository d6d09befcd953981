/**
 * A small split of images, whole in memory.
 * @module
 */
import type { ImageSet } from "../image_set.ts";
import type { Column, ImageColumn, LabelColumn } from "./column.ts";
import type { PixelStatistics } from "./manifest.ts";
import type { Split } from "./open_dataset.ts";

/**
 * Reads all of a split that has an image and a label column; where it has several of a kind, the first counts.
 * @param split With decoded images.
 * @returns Images, labels, and the mean and deviation of the "train" split, or of this one if there is no such.
 * @throws {RangeError} If it has no image or no label column, or all pixels of a channel are equal.
 * @throws {ShardError} If a shard is not what was written.
 */
export async function readImageSet(split: Split): Promise<ImageSet> {
  const image = columnOf<ImageColumn>(split, "image");
  const label = columnOf<LabelColumn>(split, "label");
  const [height, width, channels] = image.shape;
  const images = new Uint8Array(split.numRows * height * width * channels);
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
  return {
    name: manifest.name,
    height,
    width,
    channels,
    numClasses: label.classNames.length,
    classNames: label.classNames,
    size: split.numRows,
    images,
    labels,
    mean,
    std,
    contentHash: split.contentHash,
  };
}

function columnOf<T extends Column>({ name, manifest, columns }: Split, kind: T["kind"]): T {
  const column = columns.find((column): column is T => column.kind === kind);
  if (column !== undefined) return column;
  const kinds = columns.map((column) => `"${column.name}" (${column.kind})`).join(", ");
  throw new RangeError(
    `Split "${name}" of ${manifest.name} has no ${kind} column, only ${kinds}: import it with one`,
  );
}
