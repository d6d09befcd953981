import { decodeImage } from "../../images/decode_image.ts";
import type { Column, ImageColumn } from "../../shards/column.ts";
import type { ArrayValues, Sample, Samples } from "../preparation.ts";
import type { ColumnArray, ColumnOptions } from "./columns.ts";

/** A decoded image, and the memory that it takes. */
type Decoded = { readonly pixels: Uint8Array; readonly memories: Uint8Array<ArrayBuffer>[] };

/** Writes an image's pixels into an array. */
type Place = (pixels: Uint8Array, out: ArrayValues, at: number) => void;

/** Images that are decoded already: their rows are gathered from the blocks. */
export function imageArray(name: string, column: ImageColumn, options: ColumnOptions): ColumnArray {
  const size = column.shape.reduce((product, length) => product * length, 1);
  const place = placer(name, column.shape[2], options);
  const isSmall = (options.dtype ?? "uint8") === "uint8" && size % 4 === 0 && size <= 512;
  return {
    arrays: { [name]: { dtype: options.dtype ?? "uint8", shape: column.shape } },
    write: ({ samples }, out) => {
      const blocks = samples.blocks.map(({ columns }) => columns[column.name]!.values as Uint8Array);
      if (isSmall && blocks.every(isAligned)) {
        return gatherWords(samples, blocks, size / 4, out[name] as Uint8Array);
      }
      for (let i = 0; i < samples.count; i++) {
        const start = samples.indexIn[i]! * size;
        place(blocks[samples.blockOf[i]!]!.subarray(start, start + size), out[name]!, i * size);
      }
    },
  };
}

/** Copies small rows word by word: for them a call of `set()` takes longer than what it copies. */
function gatherWords(
  { count, blockOf, indexIn }: Samples,
  blocks: readonly Uint8Array[],
  width: number,
  out: Uint8Array,
): void {
  const sources = blocks.map(wordsOf);
  const target = wordsOf(out);
  for (let i = 0; i < count; i++) {
    const source = sources[blockOf[i]!]!, shift = indexIn[i]! * width - i * width;
    for (let k = i * width; k < (i + 1) * width; k++) target[k] = source[k + shift]!;
  }
}

function isAligned({ byteOffset }: Uint8Array): boolean {
  return byteOffset % 4 === 0;
}

function wordsOf({ buffer, byteOffset, length }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, length >> 2);
}

/** Images that are decoded here, and must all be of one size. */
export function encodedImageArray(name: string, column: Column, options: ColumnOptions): ColumnArray {
  const { shape } = options;
  if (!shape) {
    throw new RangeError(
      `Column "${column.name}" has encoded images: give ${name} the shape [H, W, C] that they have`,
    );
  }
  const [height, width, channels] = shape;
  const size = height * width * channels;
  const place = placer(name, channels, options);
  const spare: Uint8Array<ArrayBuffer>[] = []; // of earlier batches: fresh memory takes the system long
  return {
    arrays: { [name]: { dtype: options.dtype ?? "uint8", shape } },
    read: (sample) => {
      const memories: Decoded["memories"] = [];
      const allocate = (numBytes: number) => {
        const fits = spare.findIndex((memory) => memory.length >= numBytes);
        const memory = fits < 0 ? new Uint8Array(numBytes) : spare.splice(fits, 1)[0]!;
        memories.push(memory);
        return memory;
      };
      const image = decodeImage(encodedBytes(sample, column.name), { channels, allocate });
      if (image.height !== height || image.width !== width) {
        throw new RangeError(
          `the image has ${image.height} × ${image.width} pixels, and ${name} takes ${height} × ${width}`,
        );
      }
      return { pixels: image.pixels, memories } satisfies Decoded;
    },
    write: ({ items }, out) => {
      for (const [i, item] of items.entries()) {
        const { pixels, memories } = item as Decoded;
        place(pixels, out[name]!, i * size);
        spare.push(...memories);
      }
    },
  };
}

/** A file's bytes; in memory of their own if threads share them, as not every decoder takes such. */
function encodedBytes({ rows, index }: Sample, column: string): Uint8Array {
  const { values, offsets } = rows.columns[column]!;
  const [from, to] = [offsets![index], offsets![index + 1]];
  const bytes = values as Uint8Array;
  return bytes.buffer instanceof SharedArrayBuffer ? bytes.slice(from, to) : bytes.subarray(from, to);
}

function placer(name: string, channels: number, { dtype = "uint8", mean, std }: ColumnOptions): Place {
  if (dtype === "uint8") {
    if (mean || std) {
      throw new RangeError(`Array ${name} is uint8 and cannot be normalized: give it the dtype "float32"`);
    }
    return (pixels, out, at) => out.set(pixels, at);
  }
  if (dtype !== "float32") {
    throw new RangeError(`Array ${name} has the dtype "${dtype}": choose "uint8" or "float32"`);
  }
  const table = normalization(name, channels, mean ?? [], std ?? []);
  return (pixels, out, at) => {
    for (let i = 0; i < pixels.length;) {
      for (let channel = 0; channel < channels; channel++, i++) {
        out[at + i] = table[channel * 256 + pixels[i]!]!;
      }
    }
  };
}

/** [C, 256] (pixel / 255 − mean) / std, rounded once. */
function normalization(
  name: string,
  channels: number,
  mean: readonly number[],
  std: readonly number[],
): Float32Array {
  for (const [what, values] of Object.entries({ mean, std })) {
    if (values.length !== 0 && values.length !== channels) {
      throw new RangeError(
        `Array ${name} has ${channels} channels, and its ${what} is [${values.join(", ")}]: give one each`,
      );
    }
  }
  if (!std.every((value) => value > 0)) {
    throw new RangeError(`Array ${name} has the std [${std.join(", ")}]: give numbers above 0`);
  }
  return Float32Array.from({ length: channels * 256 }, (_, i) => {
    const channel = Math.floor(i / 256);
    return (i % 256 / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
}
