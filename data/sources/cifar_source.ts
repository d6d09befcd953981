/**
 * CIFAR-10 and CIFAR-100.
 * @module
 */
import { isMissing } from "../_is_missing.ts";
import type { Column } from "../shards/column.ts";
import { SourceError } from "../source_error.ts";
import type { Source, SourceItem, SplitSource } from "./source.ts";

/** Where the files are. */
export type CifarOptions = {
  /** The folder with the files of the binary version: cifar-10-batches-bin or cifar-100-binary. */
  readonly path: string;
};

/** One of the two data sets, as its files are. */
type Variant = {
  readonly name: string;
  readonly splits: { readonly train: readonly string[]; readonly test: readonly string[] };
  /** A column for each byte before the pixels: its name, how many classes, and the file that names them. */
  readonly labels: readonly { readonly name: string; readonly numClasses: number; readonly file: string }[];
};

const VARIANTS: readonly Variant[] = [
  {
    name: "cifar-10",
    splits: { train: [1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), test: ["test_batch.bin"] },
    labels: [{ name: "label", numClasses: 10, file: "batches.meta.txt" }],
  },
  {
    name: "cifar-100",
    splits: { train: ["train.bin"], test: ["test.bin"] },
    labels: [
      { name: "superclass", numClasses: 20, file: "coarse_label_names.txt" },
      { name: "label", numClasses: 100, file: "fine_label_names.txt" },
    ],
  },
];
const SIZE = 32;
const PLANE = SIZE * SIZE;
const AT_ONCE = 256; // records in memory, 0.8 MB

/**
 * CIFAR-10 or CIFAR-100 from the files of its binary version, whichever is in the folder: 50,000 colour images of 32 × 32 in "train"
 * and 10,000 in "test". The columns are `image` and `label`, for CIFAR-100 `superclass` before it; the classes' names come from the
 * text files that belong to it, where these are present.
 * @param options Where.
 * @throws {SourceError} If the folder has not all the files, or one is no whole number of records.
 * @see https://www.cs.toronto.edu/~kriz/cifar.html
 *
 * @example
 * ```ts
 * import { cifarSource } from "@lacuna/data/sources";
 *
 * const source = await cifarSource({ path: "cifar-10-batches-bin" }).catch((error) => console.log(error.message));
 * console.log(source?.splits.train?.numItems);
 * ```
 */
export async function cifarSource({ path }: CifarOptions): Promise<Source> {
  const variant = await findVariant(path);
  const labels: Column[] = [];
  for (const { name, numClasses, file } of variant.labels) {
    labels.push({ name, kind: "label", classNames: await readNames(`${path}/${file}`, numClasses) });
  }
  return {
    name: variant.name,
    source: path,
    licence: "unknown",
    columns: [{ name: "image", kind: "image", shape: [SIZE, SIZE, 3] }, ...labels],
    splits: {
      train: await splitOf(path, variant.splits.train, variant),
      test: await splitOf(path, variant.splits.test, variant),
    },
  };
}

async function findVariant(path: string): Promise<Variant> {
  for (const variant of VARIANTS) {
    const present = await fileSize(`${path}/${variant.splits.test[0]}`);
    if (present !== undefined) return variant;
  }
  const files = VARIANTS.map(({ splits }) => splits.test[0]).join(" nor ");
  throw new SourceError(
    path,
    `${path} has neither ${files}: unpack the binary version of CIFAR-10 or CIFAR-100 there`,
  );
}

async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** One name a line, or none where there is no file. */
async function readNames(path: string, numClasses: number): Promise<string[]> {
  if (await fileSize(path) === undefined) return [];
  const names = (await Deno.readTextFile(path)).split("\n").map((line) => line.trim()).filter((line) =>
    line !== ""
  );
  if (names.length === numClasses) return names;
  throw new SourceError(
    path,
    `${path} names ${names.length} classes instead of ${numClasses}: unpack it again, or remove it`,
  );
}

async function splitOf(
  path: string,
  files: readonly string[],
  { name, labels }: Variant,
): Promise<SplitSource> {
  const recordBytes = labels.length + 3 * PLANE;
  const batches: { readonly file: string; readonly numRecords: number }[] = [];
  for (const file of files.map((file) => `${path}/${file}`)) {
    const size = await fileSize(file);
    if (size === undefined) throw new SourceError(file, `${file} is missing: unpack ${name} again`);
    if (size % recordBytes !== 0) {
      throw new SourceError(
        file,
        `${file} has ${size} bytes, no multiple of ${recordBytes}: unpack ${name} again`,
      );
    }
    batches.push({ file, numRecords: size / recordBytes });
  }
  return {
    numItems: batches.reduce((sum, { numRecords }) => sum + numRecords, 0),
    async *items(from) {
      let toPass = from;
      for (const { file, numRecords } of batches) {
        for (let first = Math.min(toPass, numRecords); first < numRecords; first += AT_ONCE) {
          const count = Math.min(AT_ONCE, numRecords - first);
          const records = await readAt(file, first * recordBytes, count * recordBytes);
          for (let i = 0; i < count; i++) {
            const record = records.subarray(i * recordBytes, (i + 1) * recordBytes);
            yield itemOf(record, labels, `${file}, record ${first + i}`);
          }
        }
        toPass = Math.max(0, toPass - numRecords);
      }
    },
  };
}

async function readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
  using file = await Deno.open(path);
  await file.seek(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const count = await file.read(bytes.subarray(filled));
    if (count === null) {
      throw new SourceError(path, `${path} was cut short while it was read: unpack it again`);
    }
    filled += count;
  }
  return bytes;
}

function itemOf(record: Uint8Array, labels: Variant["labels"], place: string): SourceItem {
  const row: Record<string, Uint8Array | number> = { image: interleaved(record.subarray(labels.length)) };
  for (const [i, { name, numClasses }] of labels.entries()) {
    const value = record[i]!;
    if (value >= numClasses) {
      return {
        dropped: "has a label without a class",
        detail: `${place}: ${name} ${value} of ${numClasses} classes`,
      };
    }
    row[name] = value;
  }
  return { row };
}

/** Planes of red, green and blue [3, 32, 32] as [32, 32, 3]. */
function interleaved(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * PLANE);
  for (let i = 0; i < PLANE; i++) {
    for (let c = 0; c < 3; c++) pixels[3 * i + c] = planes[c * PLANE + i]!;
  }
  return pixels;
}
