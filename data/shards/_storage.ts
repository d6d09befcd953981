import type { Column } from "./column.ts";

/** More than a column of a block ever has: what says otherwise is not honest. */
export const MAX_BUFFER_BYTES = 2 ** 30;

/** How the values of a column lie in memory and in a shard. */
export type Storage = {
  readonly array:
    | Uint8ArrayConstructor
    | Int32ArrayConstructor
    | Float32ArrayConstructor
    | Float64ArrayConstructor;
  /** Values a row; 0 if it varies, and offsets say where each row begins. */
  readonly width: number;
  /** Whether the values are a column of their own below the row's: a list's, but not a binary's or a text's bytes. */
  readonly nested: boolean;
};

/** How a column is stored. */
export function storageOf(column: Column): Storage {
  switch (column.kind) {
    case "image":
      return { array: Uint8Array, width: column.shape[0] * column.shape[1] * column.shape[2], nested: true };
    case "label":
      return { array: Int32Array, width: 1, nested: false };
    case "number":
      return { array: Float64Array, width: 1, nested: false };
    case "waveform":
      return { array: Float32Array, width: 0, nested: true };
    case "tokens":
      return { array: Int32Array, width: 0, nested: true };
    case "encodedImage":
    case "encodedAudio":
    case "text":
      return { array: Uint8Array, width: 0, nested: false };
  }
}

/** The values' bytes, without a copy. */
export function bytesOf(array: ArrayBufferView): Uint8Array<ArrayBuffer> {
  return new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength);
}
