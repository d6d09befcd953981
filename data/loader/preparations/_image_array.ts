import type { ImageColumn } from "../../shards/column.ts";
import type { ArrayValues, Samples } from "../preparation.ts";
import type { ColumnArray, ColumnOptions } from "./columns.ts";

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

/** How an image's pixels, uint8, become elements of the array. */
export function placer(name: string, channels: number, { dtype = "uint8", mean, std }: ColumnOptions): Place {
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
