import { type ImageSet, selectImages } from "@lacuna/data";
import { memorySplit } from "@lacuna/data/loader";
import { openDataset, readImageSet, rowAt, type Split } from "@lacuna/data/shards";
import { ConfigError, openTrainingImages, type TrainingImages } from "@lacuna/pipelines";
import { permutation, stream } from "@lacuna/random";

/** The images of a study. */
export type StudyImages = {
  /** To learn from; probes see their labels, encoders do not. */
  readonly train: ImageSet;
  /** What learning curves are measured on, and rates are chosen on. */
  readonly validation: ImageSet;
  /** What the runs are judged on when they are over. */
  readonly test: ImageSet;
};

/**
 * The images of a study: some of the training split drawn at random, always the same ones, to learn from; others of it for curves and choices, which
 * show nothing that is learned from where rows have a text, as an emoji in another vendor's hand; all of the test split.
 * @param folder Of the data set, with splits "train" and "test".
 * @param size Height and width to which encoded images are brought.
 * @param numImages To learn from, at most; a sixth of the split is kept for validation, some 2,000 at most.
 * @throws {ConfigError} If a split is missing.
 * @throws {ShardError} If the data set is missing or damaged.
 */
export async function studyImages(folder: string, size: number, numImages: number): Promise<StudyImages> {
  const { height, mean, std } = await openTrainingImages(folder, size);
  const dataset = await openDataset(folder);
  if (!Object.hasOwn(dataset.manifest.splits, "test")) {
    throw new ConfigError(`${folder} has no split "test": set images aside with \`deno task data split\``);
  }
  const encoded = { size: height, mean, std };
  const all = await readImageSet(dataset.split("train"), encoded);
  const test = await readImageSet(dataset.split("test"), encoded);
  const names = await namesOf(dataset.split("train"));
  dataset.close();
  const numValidation = Math.min(2000, Math.floor(all.size / 6));
  const order = permutation(all.size, stream({ seed: 0, name: "study images" }));
  const asked = new Set<string>();
  for (let numAsked = 0, i = 0; numAsked < numValidation; i++) {
    const name = names.of[order[i]!]!;
    if (!asked.has(name)) numAsked += names.counts.get(name)!;
    asked.add(name);
  }
  const isAsked = (row: number) => asked.has(names.of[row]!);
  return {
    train: selectImages(all, order.filter((row) => !isAsked(row)).subarray(0, numImages)),
    validation: selectImages(all, order.filter(isAsked)),
    test: { ...test, mean: all.mean, std: all.std },
  };
}

/** What each row shows, by its text, and how many rows show it; every row something of its own where there is no text. */
async function namesOf(split: Split): Promise<{ of: string[]; counts: Map<string, number> }> {
  const of: string[] = [];
  if (split.columns.some(({ name, kind }) => name === "text" && kind === "text")) {
    for (let block = 0; block < split.numBlocks; block++) {
      const rows = await split.readBlock(block);
      for (let i = 0; i < rows.numRows; i++) of.push(`${rowAt(rows, i)["text"]}`);
    }
  } else for (let row = 0; row < split.numRows; row++) of.push(`${row}`);
  const counts = new Map<string, number>();
  for (const name of of) counts.set(name, (counts.get(name) ?? 0) + 1);
  return { of, counts };
}

/** The first images of a set, all if they are fewer. */
export function firstOf(images: ImageSet, size: number): ImageSet {
  return selectImages(images, Int32Array.from({ length: Math.min(size, images.size) }, (_, row) => row));
}

/** Images as pre-training takes them, without labels. */
export function toTrainingImages({ name, images, size, ...image }: ImageSet): TrainingImages {
  const { height, width, channels, mean, std } = image;
  const column = { name: "image", kind: "image", shape: [height, width, channels] } as const;
  return {
    name,
    split: memorySplit(name, { first: 0, numRows: size, columns: { image: { column, values: images } } }),
    column: "image",
    height,
    width,
    channels,
    mean,
    std,
  };
}
