import type { ImageShape } from "@lacuna/data";
import { decodeImage } from "@lacuna/data/images";
import type { SplitReader } from "@lacuna/data/loader";
import { openDatasetAt, type OpenDatasetAtOptions } from "@lacuna/data/remote";
import { type Column, type PixelStatistics, rowAt } from "@lacuna/data/shards";
import { ConfigError } from "./errors.ts";

/** Images to learn from, and what they become. */
export type TrainingImages = ImageShape & {
  /** Of the data set. */
  readonly name: string;
  /** Their rows. */
  readonly split: SplitReader;
  /** Name of the column that has them: decoded, all of this shape, or as files of any size, which are decoded on the way. */
  readonly column: string;
  /** [C], mean of the pixels in [0, 1]. */
  readonly mean: readonly number[];
  /** [C], their standard deviation, > 0. */
  readonly std: readonly number[];
};

const numMeasured = 512; // encoded images whose pixels stand for all
const numBlocksMeasured = 32;

/**
 * Opens the split "train" of a data set to learn from.
 * @param folder Of the data set, or its URL.
 * @param size Height and width to which encoded images are brought; decoded ones stay as they are.
 * @param options What is kept of images behind a URL.
 * @returns The images; `split` stays open as long as the program.
 * @throws {ConfigError} If the data set has no such split or no images.
 * @throws {ShardError} If it is missing or damaged.
 * @throws {RemoteError} If it is behind a URL and cannot be fetched.
 * @throws {ImageError} If an image whose pixels are measured cannot be decoded.
 */
export async function openTrainingImages(
  folder: string,
  size: number,
  options: OpenDatasetAtOptions = {},
): Promise<TrainingImages> {
  const { dataset, place } = await openDatasetAt(folder, options);
  const { name, splits } = dataset.manifest;
  if (!Object.hasOwn(splits, "train")) {
    const names = Object.keys(splits).join(", ");
    throw new ConfigError(
      `${place} has no split "train", only ${names}: import one, or rename one with \`data split\``,
    );
  }
  const split = dataset.split("train");
  const column = imageColumn(place, split.columns);
  if (column.kind === "image") {
    const [height, width, channels] = column.shape;
    const { mean, std } = split.statistics[column.name] as PixelStatistics;
    return { name, split, column: column.name, height, width, channels, mean, std };
  }
  const statistics = await measurePixels(split, column.name);
  return { name, split, column: column.name, height: size, width: size, channels: 3, ...statistics };
}

function imageColumn(place: string, columns: readonly Column[]): Column {
  const column = columns.find(({ kind }) => kind === "image") ??
    columns.find(({ kind }) => kind === "encodedImage");
  if (column !== undefined) return column;
  const kinds = columns.map(({ name, kind }) => `${name} (${kind})`).join(", ");
  throw new ConfigError(
    `${place} has no column of images, only ${kinds}: name another data set with --data`,
  );
}

/** Mean and deviation of the pixels of some encoded images, always the same ones, spread over the split. */
async function measurePixels(
  split: SplitReader,
  column: string,
): Promise<Pick<TrainingImages, "mean" | "std">> {
  const numBlocks = Math.ceil(split.numRows / split.rowsPerBlock);
  const numRead = Math.min(numBlocks, numBlocksMeasured);
  const sums = [0, 0, 0], squares = [0, 0, 0];
  let count = 0;
  for (let i = 0; i < numRead; i++) {
    const rows = await split.readBlock(Math.floor(i * numBlocks / numRead));
    const numTaken = Math.min(rows.numRows, Math.ceil(numMeasured / numRead));
    for (let j = 0; j < numTaken; j++) {
      const file = rowAt(rows, Math.floor(j * rows.numRows / numTaken))[column] as Uint8Array;
      const { pixels } = decodeImage(file, { minSize: 32 });
      let [r, g, b, rr, gg, bb] = [0, 0, 0, 0, 0, 0];
      for (let p = 0; p < pixels.length; p += 3) {
        const [red, green, blue] = [pixels[p]!, pixels[p + 1]!, pixels[p + 2]!];
        r += red, g += green, b += blue;
        rr += red * red, gg += green * green, bb += blue * blue;
      }
      const scale = 3 / pixels.length; // every image counts the same
      [r, g, b].forEach((sum, c) => sums[c]! += sum * scale / 255);
      [rr, gg, bb].forEach((sum, c) => squares[c]! += sum * scale / 255 ** 2);
      count++;
    }
  }
  const mean = sums.map((sum) => sum / count);
  const std = squares.map((sum, c) => Math.sqrt(Math.max(sum / count - mean[c]! ** 2, 1e-6))); // plain images too have one
  return { mean, std };
}
