/** A float32 array and its shape; `data.length` is the product of `shape`. */
export type NamedArray = { readonly shape: readonly number[]; readonly data: Float32Array };

/** The contents of a safetensors file: arrays by name, and text by key. */
export type Safetensors = {
  readonly tensors: Readonly<Record<string, NamedArray>>;
  readonly metadata: Readonly<Record<string, string>>;
};

/** Bytes that are not the safetensors file they should be; the message names the file and the check. */
export class SafetensorsError extends Error {
  /** The class, for those who see the error only as text. */
  override readonly name: string = "SafetensorsError";
}

type Entry = { shape: number[]; data_offsets: [number, number] };

const LENGTH_BYTES = 8; // u64, little-endian: the length of the header
const ALIGNMENT = 8; // the header is padded with spaces so that the data starts at a multiple of it

/**
 * Arrays as the bytes of a safetensors file: header length, JSON header, data in the order of `tensors`.
 * The same contents in the same order give the same bytes.
 * @param contents Float32 arrays by name; the name `__metadata__` is taken by the format.
 * @throws {TypeError} If an array's length is not the product of its shape.
 * @see https://github.com/huggingface/safetensors, "Format"
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeSafetensors, encodeSafetensors } from "@lacuna/pipelines/safetensors";
 * const tensors = { "norm.weight": { shape: [2], data: new Float32Array([1, 0.5]) } };
 * const bytes = encodeSafetensors({ tensors, metadata: { step: "3" } });
 * assert.deepEqual(decodeSafetensors(bytes, "memory"), { tensors, metadata: { step: "3" } });
 * ```
 */
export function encodeSafetensors(contents: Safetensors): Uint8Array<ArrayBuffer> {
  const header: Record<string, (Entry & { dtype: string }) | Record<string, string>> = {
    __metadata__: { ...contents.metadata },
  };
  let dataLength = 0;
  for (const [name, { shape, data }] of Object.entries(contents.tensors)) {
    if (data.length !== sizeOf(shape)) {
      throw new TypeError(`Cannot store ${name}: ${data.length} values do not fill the shape [${shape}]`);
    }
    const end = dataLength + data.byteLength;
    header[name] = { dtype: "F32", shape: [...shape], data_offsets: [dataLength, end] };
    dataLength = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + headerLength + dataLength);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(headerLength), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerLength);
  bytes.set(json, LENGTH_BYTES);
  let offset = LENGTH_BYTES + headerLength;
  for (const { data } of Object.values(contents.tensors)) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset); // little-endian hosts
    offset += data.byteLength;
  }
  return bytes;
}

/**
 * The arrays and metadata in the bytes of a safetensors file, copied out of them.
 * @param bytes The whole file.
 * @param source What messages call it: its path.
 * @param skip Arrays with such names are passed over, whatever their dtype; none if left out.
 * @throws {SafetensorsError} If the file is truncated or overlong, its header is not the format's JSON, a dtype is not F32, a shape does
 * not match its offsets, or offsets overlap or leave a gap.
 */
export function decodeSafetensors(bytes: Uint8Array, source: string, skip?: RegExp): Safetensors {
  const fail = (check: string): never => {
    throw new SafetensorsError(`Cannot read ${source}: ${check}`);
  };
  if (bytes.length < LENGTH_BYTES) {
    fail(`it has ${bytes.length} bytes, fewer than the ${LENGTH_BYTES} of a header length`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const dataStart = LENGTH_BYTES + headerLength;
  if (dataStart > bytes.length) {
    fail(`its header of ${headerLength} bytes does not fit in a file of ${bytes.length}`);
  }

  const isSkipped = (name: string) => skip !== undefined && name.search(skip) !== -1;
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, dataStart), fail);
  const metadata: Record<string, string> = {};
  const entries: [string, Entry][] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name !== "__metadata__") entries.push([name, checkEntry(name, value, isSkipped(name), fail)]);
    else if (isTextMap(value)) Object.assign(metadata, value);
    else fail("its __metadata__ is not a map of strings");
  }

  const tensors: Record<string, NamedArray> = {};
  let position = 0; // the format wants the arrays back to back: no overlap, no gap
  for (const [name, { shape, data_offsets: [begin, end] }] of entries.toSorted(byOffset)) {
    if (begin !== position) fail(`${name} begins at byte ${begin} of the data, where ${position} was due`);
    if (dataStart + end > bytes.length) {
      fail(
        `${name} ends at byte ${end} of the data, of which the file has ${
          bytes.length - dataStart
        }: it is truncated`,
      );
    }
    position = end;
    if (isSkipped(name)) continue;
    const data = new Float32Array(bytes.slice(dataStart + begin, dataStart + end).buffer);
    tensors[name] = { shape, data };
  }
  if (dataStart + position !== bytes.length) {
    fail(
      `its tensors end at byte ${position} of the data, of which the file has ${bytes.length - dataStart}`,
    );
  }
  return { tensors, metadata };
}

type Fail = (check: string) => never;

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    fail(`its header is not JSON (${(error as Error).message})`);
  }
  return isRecord(header) ? header : fail("its header is not a JSON object");
}

function checkEntry(name: string, value: unknown, isSkipped: boolean, fail: Fail): Entry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value)
    ? value
    : fail(`${name} is not a JSON object`);
  if (dtype !== "F32" && !isSkipped) fail(`${name} has the dtype ${dtype}; only F32 is read`);
  if (!isSizes(shape)) return fail(`${name} has the shape ${JSON.stringify(shape)}, not a list of sizes`);
  if (!isSizes(offsets) || offsets.length !== 2) {
    return fail(`${name} has the data_offsets ${JSON.stringify(offsets)}, not two positions`);
  }
  const [begin, end] = offsets as [number, number];
  if (isSkipped ? end < begin : end - begin !== 4 * sizeOf(shape)) {
    fail(`${name} has ${end - begin} bytes, and its shape [${shape}] in F32 takes ${4 * sizeOf(shape)}`);
  }
  return { shape, data_offsets: [begin, end] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isTextMap(value: unknown): value is Record<string, string> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === "string");
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function byOffset([, a]: [string, Entry], [, b]: [string, Entry]): number {
  return a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1];
}
