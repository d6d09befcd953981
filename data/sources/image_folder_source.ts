/**
 * Folders of images.
 * @module
 */
import { sha256 } from "../_sha256.ts";
import { decodeImage } from "../images/decode_image.ts";
import { fitSquare } from "../images/fit_square.ts";
import { ImageError } from "../images/image_error.ts";
import type { Column } from "../shards/column.ts";
import type { Value } from "../shards/rows.ts";
import { SourceError } from "../source_error.ts";
import { cannotRead } from "./_cannot_read.ts";
import { type ListedFile, listFolder, listTable } from "./_list_files.ts";
import { shuffledList } from "./_shuffled_items.ts";
import { classFolders, splitFolders } from "./_split_folders.ts";
import type { ItemOrder } from "./item_order.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** Where the images are, and what becomes of them. */
export type ImageFolderOptions = {
  /** Of the folder. */
  readonly path: string;
  /** Of the data set; the folder's own name by default. */
  readonly name?: string;
  /** Terms of the images; "unknown" by default. */
  readonly licence?: string;
  /**
   * Whether the folder that an image is in is its class (by default so if there are such folders), or the table that says which images
   * there are, and what they are.
   */
  readonly labels?: boolean | ImageTable;
  /**
   * Share of the images that make the split "test", in (0, 1), chosen by a hash of their bytes: equal files stand on one side. For
   * folders without splits of their own.
   */
  readonly testShare?: number;
  /** Decodes each image to a square of this many pixels a side, as `fitSquare()` does; by default the files' own bytes are kept. */
  readonly size?: number;
  /** Of decoded images; 3 by default. */
  readonly channels?: 1 | 3;
  /** "shuffled" by default; "sorted" is by path, or as the table has them. */
  readonly order?: ItemOrder;
  /** The largest H · W of an image; `decodeImage()`'s default. Larger ones are dropped. */
  readonly maxPixels?: number;
};

/** A CSV file with a line for each image, under a line with the columns' names. */
export type ImageTable = {
  /** Path of the table. */
  readonly csv: string;
  /** The column with the images' paths within the folder; "file" by default. */
  readonly file?: string;
  /** The column with their classes; "label" by default. */
  readonly label?: string;
  /** The column with their splits, if there is one; "split" by default. Without it, all images are in "train". */
  readonly split?: string;
};

const imageFile = /\.(png|jpe?g|webp|gif)$/i;
const MAX_FILE_BYTES = 2 ** 28;

/**
 * A folder of PNG, JPEG, WebP and GIF files, at any depth, as a data set: the columns are `image`, then `label` if the folders are
 * classes, and `file`, the path within the split. If the folder holds nothing but folders of the names train, val, valid, validation,
 * dev and test, these are its splits; otherwise all is in "train". The order is always the same, and mixes the classes: {@linkcode ItemOrder}.
 *
 * Every image is decoded once, and dropped with the reason if it cannot be. Links are followed within the folder only.
 * @param options Where and how.
 * @throws {SourceError} If there is no such folder, no image in it, or a table that is asked for is not there or malformed.
 * @throws {RangeError} If `testShare` is out of range.
 *
 * @example
 * ```ts
 * import { imageFolderSource } from "@lacuna/data/sources";
 *
 * const source = await imageFolderSource({ path: "photos", size: 64 }).catch((error) => console.log(error.message));
 * for await (const item of source?.splits.train?.items(0) ?? []) console.log("row" in item ? item.row.file : item.detail);
 * ```
 */
export async function imageFolderSource(options: ImageFolderOptions): Promise<Source> {
  const { path, name = baseName(path), licence = "unknown", testShare, order = "shuffled" } = options;
  const { listings: sorted, classNames } = typeof options.labels === "object"
    ? await listingsOfTable(path, options.labels)
    : await listingsOfFolders(path, options.labels);
  const listings = order === "sorted" ? sorted : sorted.map(shuffled);
  const reading = { options, classNames };
  const splits = testShare === undefined
    ? Object.fromEntries(listings.map((listing) => [listing.split, wholeSplit(listing, reading)]))
    : splitsByContent(path, listings, testShare, reading);
  return { name, source: path, licence, columns: columnsFor(options, classNames), splits };
}

function shuffled({ files, ...listing }: Listing): Listing {
  return { ...listing, files: () => shuffledList(files, listing.numFiles, ({ path }) => path) };
}

function baseName(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1)!;
}

function columnsFor({ size, channels = 3 }: ImageFolderOptions, classNames: readonly string[]): Column[] {
  return [
    size === undefined
      ? { name: "image", kind: "encodedImage" }
      : { name: "image", kind: "image", shape: [size, size, channels] },
    ...(classNames.length > 0 ? [{ name: "label", kind: "label", classNames } as const] : []),
    { name: "file", kind: "text" },
  ];
}

/** The files of a split, and the folder that they are in. */
type Listing = {
  readonly split: string;
  readonly root: string;
  readonly numFiles: number;
  readonly files: () => AsyncIterable<ListedFile>;
};

type Listings = { readonly listings: readonly Listing[]; readonly classNames: readonly string[] };

async function listingsOfFolders(path: string, labels: boolean | undefined): Promise<Listings> {
  const roots = await splitFolders(path, "images");
  const listings: Listing[] = [];
  for (const [split, root] of Object.entries(roots)) {
    listings.push({ split, root, numFiles: await countFiles(root), files: () => listFolder(root) });
  }
  const classNames = labels === false ? [] : await classFolders(Object.values(roots));
  if (labels && classNames.length === 0) {
    throw new SourceError(path, `${path} has no folders to be classes: leave out \`labels\``);
  }
  return { listings, classNames };
}

async function countFiles(root: string): Promise<number> {
  let [numFiles, numImages] = [0, 0];
  for await (const { path } of listFolder(root)) {
    numFiles++;
    if (imageFile.test(path)) numImages++;
  }
  if (numImages > 0) return numFiles;
  const message = `${root} has no file that ends in .png, .jpg, .jpeg, .webp or .gif: name a folder that has`;
  throw new SourceError(root, message);
}

async function listingsOfTable(root: string, table: ImageTable): Promise<Listings> {
  const { csv, file = "file", label = "label", split = "split" } = table;
  const splits = await listTable(root, { csv, file, label, split });
  const listings = Array.from(splits, ([split, files]) => ({
    split,
    root,
    numFiles: files.length,
    async *files() {
      yield* files;
    },
  }));
  const names = [...splits.values()].flat().flatMap(({ className }) => className ?? []);
  const areNumbers = names.every((name) => /^\d+$/.test(name));
  const classNames = [...new Set(names)].sort(areNumbers ? (a, b) => Number(a) - Number(b) : undefined);
  if (classNames.length === 0) throw new SourceError(csv, `${csv} names no class in its column ${label}`);
  return { listings, classNames };
}

/** What a file's reading depends on. */
type Reading = { readonly options: ImageFolderOptions; readonly classNames: readonly string[] };

function wholeSplit({ root, numFiles, files }: Listing, reading: Reading): SplitSource {
  return {
    numItems: numFiles,
    async *items(from) {
      let index = 0;
      for await (const file of files()) {
        if (index++ < from) continue;
        const found = await readFile(root, file, reading);
        yield found instanceof Uint8Array ? itemOf(found, root, file, reading) : found;
      }
    },
  };
}

function splitsByContent(
  path: string,
  listings: readonly Listing[],
  testShare: number,
  reading: Reading,
): Record<string, SplitSource> {
  if (!(testShare > 0 && testShare < 1)) {
    throw new RangeError(`Cannot hold out a share of ${testShare} for testing: choose one in (0, 1)`);
  }
  const [listing] = listings;
  if (listings.length !== 1 || listing?.split !== "train" || listing.root !== path) {
    throw new SourceError(path, `${path} has splits of its own: leave out \`testShare\``);
  }
  const { root, files } = listing;
  const itemsOf = async function* (split: string, from: number): AsyncGenerator<SourceItem> {
    let index = 0;
    for await (const file of files()) {
      const found = await readFile(root, file, reading);
      const isTest = found instanceof Uint8Array &&
        parseInt(sha256(found).slice(0, 8), 16) < testShare * 2 ** 32;
      if ((isTest ? "test" : "train") !== split || index++ < from) continue;
      yield found instanceof Uint8Array ? itemOf(found, root, file, reading) : found;
    }
  };
  return {
    train: { items: (from) => itemsOf("train", from) },
    test: { items: (from) => itemsOf("test", from) },
  };
}

/** The file's bytes, or why it is dropped. */
async function readFile(
  root: string,
  { path, className, problem }: ListedFile,
  { classNames }: Reading,
): Promise<Uint8Array | SourceItem> {
  const detail = `${root}/${path}`;
  if (!imageFile.test(path)) return { dropped: "is no image by its name", detail };
  if (problem !== undefined) return { dropped: problem, detail };
  if (classNames.length > 0 && className === undefined) return { dropped: "has no class", detail };
  const refuse = (error: unknown): never => {
    throw cannotRead(detail, error);
  };
  const { size } = await Deno.stat(detail).catch(refuse);
  if (size > MAX_FILE_BYTES) return { dropped: "is too large a file", detail: `${detail}: ${size} bytes` };
  return await Deno.readFile(detail).catch(refuse);
}

function itemOf(
  bytes: Uint8Array,
  root: string,
  { path, className }: ListedFile,
  reading: Reading,
): SourceItem {
  const { size, channels = 3, maxPixels } = reading.options;
  const limit = maxPixels === undefined ? {} : { maxPixels };
  const row: Record<string, Value> = { image: bytes, file: path };
  if (reading.classNames.length > 0) row["label"] = reading.classNames.indexOf(className!);
  try {
    if (size === undefined) decodeImage(bytes, { channels: 1, minSize: 1, ...limit }); // to see that it can be
    else row["image"] = fitSquare(decodeImage(bytes, { channels, minSize: 2 * size, ...limit }), size).pixels;
    return { row };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { dropped: `cannot be decoded: ${error.check}`, detail: `${root}/${path}: ${error.message}` };
  }
}
