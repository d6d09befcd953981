import { decodeImage } from "../../images/decode_image.ts";
import type { Column } from "../../shards/column.ts";
import type { Sample } from "../preparation.ts";
import type { ColumnArray, ColumnOptions } from "./columns.ts";
import { placer } from "./_image_array.ts";

/** A decoded image, and the memory that it takes. */
type Decoded = { readonly pixels: Uint8Array; readonly memories: Uint8Array<ArrayBuffer>[] };

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
