import type { ShardCheck } from "../shard_error.ts";
import type { Column } from "./column.ts";
import type { Compression } from "./manifest.ts";
import type { ColumnValues } from "./rows.ts";
import { FlatTable } from "./_flat_table.ts";
import { MAX_BUFFER_BYTES, type Storage, storageOf } from "./_storage.ts";
import { unpack } from "./_zstd.ts";

// Of the format; the library that writes it is large, and reading needs no more of it than these
const RECORD_BATCH = 3; // MessageHeader
const ZSTD = 1; // CompressionType

/** What a block is found not to be. */
export class BlockFault extends Error {
  readonly check: ShardCheck;
  readonly row: number | undefined; // within the block
  constructor(check: ShardCheck, message: string, row?: number) {
    super(message);
    this.check = check;
    this.row = row;
  }
}

/**
 * The columns of a block. Values that are not packed are views of `bytes`.
 * @param bytes Of one message, at the start of a buffer.
 * @param numRows That it must have.
 * @throws {BlockFault} If it is not a record batch of these columns and this many rows.
 */
export function decodeBlock(
  bytes: Uint8Array,
  numRows: number,
  columns: readonly Column[],
  compression: Compression,
): Record<string, ColumnValues> {
  const batch = readBatch(bytes, columns);
  if (batch.numRows !== numRows) throw new BlockFault("rows", `it has ${batch.numRows} rows, not ${numRows}`);
  if (batch.packed !== (compression === "zstd")) {
    throw new BlockFault("schema", `it is ${batch.packed ? "" : "not "}packed, other than its manifest says`);
  }
  const buffers = new Buffers(batch);
  const decoded: Record<string, ColumnValues> = {};
  for (const column of columns) decoded[column.name] = decodeColumn(column, numRows, buffers);
  return decoded;
}

function decodeColumn(column: Column, numRows: number, buffers: Buffers): ColumnValues {
  const storage = storageOf(column);
  buffers.node(numRows);
  buffers.skipValidity();
  let length = numRows * storage.width;
  let offsets: Int32Array | undefined;
  if (storage.width === 0) {
    offsets = buffers.next(Int32Array, numRows + 1) as Int32Array;
    checkOffsets(column.name, offsets);
    length = offsets[numRows]!;
  }
  if (storage.nested) {
    buffers.node(length);
    buffers.skipValidity();
  }
  const values = buffers.next(storage.array, length);
  return offsets === undefined ? { column, values } : { column, values, offsets };
}

function checkOffsets(name: string, offsets: Int32Array): void {
  if (offsets[0] !== 0) {
    throw new BlockFault("offsets", `column "${name}" begins at ${offsets[0]}, not at 0`, 0);
  }
  for (let i = 1; i < offsets.length; i++) {
    if (offsets[i]! < offsets[i - 1]!) {
      throw new BlockFault(
        "offsets",
        `column "${name}" has a row of ${offsets[i]! - offsets[i - 1]!}`,
        i - 1,
      );
    }
  }
}

/** A record batch, its parts not yet looked at. */
type Batch = {
  readonly numRows: number;
  readonly nodes: readonly (readonly [length: number, nullCount: number])[];
  readonly regions: readonly (readonly [offset: number, length: number])[]; // in the body
  readonly packed: boolean;
  readonly body: Uint8Array;
};

/** Numbers of nodes and buffers of a column. */
function partsOf(column: Column): readonly [nodes: number, buffers: number] {
  const { width, nested } = storageOf(column);
  return [nested ? 2 : 1, 2 + (width === 0 ? 1 : 0) + (nested ? 1 : 0)];
}

function readBatch(bytes: Uint8Array, columns: readonly Column[]): Batch {
  try {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const length = view.getInt32(4, true);
    if (view.getInt32(0, true) !== -1 || length < 0) throw new RangeError("no message begins there");
    const message = FlatTable.root(bytes.subarray(8, 8 + length)); // fields: version, kind, header, body's length
    const header = message.table(2);
    const body = bytes.subarray(8 + length);
    if (message.uint8(1) !== RECORD_BATCH || header === undefined) {
      throw new RangeError("another kind of message");
    }
    if (message.int64(3) !== body.length) {
      throw new RangeError(`a body of ${body.length} bytes, not ${message.int64(3)}`);
    }
    return { ...readHeader(header, columns), body };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new BlockFault("schema", `it is no Arrow record batch of its columns (${error.message})`);
  }
}

/** Fields: rows, nodes, buffers, compression. */
function readHeader(header: FlatTable, columns: readonly Column[]): Omit<Batch, "body"> {
  const parts = columns.map(partsOf);
  const packing = header.table(3);
  if (packing !== undefined && packing.uint8(0) !== ZSTD) {
    throw new RangeError("packed by another means than Zstandard");
  }
  return {
    numRows: header.int64(0),
    nodes: header.pairs(1, parts.reduce((sum, [nodes]) => sum + nodes, 0)),
    regions: header.pairs(2, parts.reduce((sum, [, buffers]) => sum + buffers, 0)),
    packed: packing !== undefined,
  };
}

/** The parts of a record batch, one after the other. */
class Buffers {
  readonly #batch: Batch;
  #node = 0;
  #region = 0;

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  node(length: number): void {
    const [found, nullCount] = this.#batch.nodes[this.#node++]!;
    if (found === length && nullCount === 0) return;
    throw new BlockFault(
      "schema",
      `a column of it has ${found} values, ${nullCount} missing, not ${length} and 0`,
    );
  }

  skipValidity(): void {
    this.#region++;
  }

  next(array: Storage["array"], length: number): InstanceType<Storage["array"]> {
    const [offset, stored] = this.#batch.regions[this.#region++]!;
    const { body, packed } = this.#batch;
    const byteLength = length * array.BYTES_PER_ELEMENT;
    const fits = offset >= 0 && stored >= (packed ? 0 : byteLength) && offset + stored <= body.length;
    if (!fits || byteLength > MAX_BUFFER_BYTES) {
      throw new BlockFault(
        "schema",
        `${stored} bytes at ${offset} of ${body.length} should be ${byteLength} of a column`,
      );
    }
    const region = body.subarray(offset, offset + stored);
    const bytes = packed ? tryUnpack(region, byteLength) : region;
    const aligned = bytes.byteOffset % array.BYTES_PER_ELEMENT === 0 ? bytes : bytes.slice();
    return new array(aligned.buffer as ArrayBuffer, aligned.byteOffset, length);
  }
}

function tryUnpack(bytes: Uint8Array, length: number): Uint8Array {
  try {
    return unpack(bytes, length);
  } catch (error) {
    throw new BlockFault("schema", `it cannot be unpacked (${(error as Error).message})`);
  }
}
