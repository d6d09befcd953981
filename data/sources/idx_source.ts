/**
 * IDX files, as MNIST and its kin have them.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";
import { type IdxFile, idxFile } from "./_idx_file.ts";
import { openBytes } from "./_open_bytes.ts";
import { type IdxPair, idxSplit, imageShape } from "./_idx_split.ts";
import { sortedEntries } from "./_sorted_entries.ts";
import type { Source } from "./source.ts";

/** Where the files are, and what they hold. */
export type IdxOptions = {
  /** Of the folder with the files. */
  readonly path: string;
  /** Of the data set; the folder's own name by default. */
  readonly name?: string;
  /** For a reader; the path by default. */
  readonly source?: string;
  /** Terms of the images; "unknown" by default. */
  readonly licence?: string;
  /** What the labels 0, 1, … mean; nobody says by default. */
  readonly classNames?: readonly string[];
  /** The files of each split by their names in the folder, where these are not as MNIST's. */
  readonly splits?: Readonly<Record<string, { readonly images: string; readonly labels: string }>>;
};

const imagesFile = /^(train|t10k|test)-images[-.]idx[34]-ubyte(\.gz)?$/;

/**
 * Images and labels from IDX files of unsigned bytes, gzipped or not: `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` are the
 * split "train", `t10k-…` or `test-…` the split "test", or any others that `splits` names. The columns are `image` and `label`.
 * @param options Where.
 * @throws {SourceError} If a file is missing, is no IDX file, is cut short or goes on, or has not as many labels as images.
 * @see http://yann.lecun.com/exdb/mnist/
 *
 * @example
 * ```ts
 * import { idxSource } from "@lacuna/data/sources";
 *
 * const source = await idxSource({ path: "kmnist" }).catch((error) => console.log(error.message));
 * console.log(source?.splits.train?.numItems);
 * ```
 */
export async function idxSource(options: IdxOptions): Promise<Source> {
  const { path, licence = "unknown", classNames = [] } = options;
  const { name = path.replace(/\/+$/, "").split("/").at(-1)!, source = path } = options;
  const splits = options.splits ?? await findSplits(path);
  const pairs: Record<string, IdxPair> = {};
  for (const [split, { images, labels }] of Object.entries(splits)) {
    pairs[split] = { images: await idxOf(`${path}/${images}`), labels: await idxOf(`${path}/${labels}`) };
  }
  return {
    name,
    source,
    licence,
    columns: [
      { name: "image", kind: "image", shape: imageShape(Object.values(pairs)) },
      { name: "label", kind: "label", classNames },
    ],
    splits: Object.fromEntries(
      Object.entries(pairs).map(([split, pair]) => [split, idxSplit(pair, classNames.length)]),
    ),
  };
}

/** MNIST's names for the files, each of which may be gzipped or not. */
async function findSplits(path: string): Promise<NonNullable<IdxOptions["splits"]>> {
  const entries = await sortedEntries(path).catch((cause: unknown) => {
    if (!isMissing(cause)) throw cause;
    throw new SourceError(path, `There is no folder ${path}: name one with IDX files in it`, { cause });
  });
  const names = entries.map(({ name }) => name);
  const splits: Record<string, { images: string; labels: string }> = {};
  for (const images of names) {
    const prefix = imagesFile.exec(images)?.[1];
    if (prefix === undefined) continue;
    const labels = names.find((name) =>
      name.startsWith(`${prefix}-labels`) && /[-.]idx1-ubyte(\.gz)?$/.test(name)
    );
    if (labels === undefined) {
      throw new SourceError(path, `${path} has ${images} without labels: name both in \`splits\``);
    }
    splits[prefix === "t10k" ? "test" : prefix] ??= { images, labels };
  }
  const { train, ...others } = splits;
  if (train !== undefined) return { train, ...others }; // first, as everywhere
  if (Object.keys(others).length > 0) return others;
  throw new SourceError(
    path,
    `${path} has no file named like train-images-idx3-ubyte: name the files in \`splits\``,
  );
}

function idxOf(path: string): Promise<IdxFile> {
  return idxFile(path, () => openBytes(path));
}
