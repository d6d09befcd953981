import { CompressionType, Message, MessageHeader, type Schema } from "apache-arrow";
import { BodyCompression, BufferRegion, FieldNode, RecordBatch } from "apache-arrow/ipc/metadata/message";
import { FileBlock, Footer } from "apache-arrow/ipc/metadata/file";
import type { ShardCheck } from "../shard_error.ts";
import type { Column } from "./column.ts";
import type { Compression } from "./manifest.ts";
import type { ColumnValues } from "./rows.ts";
import { bytesOf, type Storage, storageOf } from "./_storage.ts";
import { pack, unpack } from "./_zstd.ts";

const ALIGNMENT = 64; // of every message and buffer, as the format recommends
const MAGIC = new TextEncoder().encode("ARROW1");
const EMPTY = new Uint8Array(0);

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

/** What stands before the first block: the magic bytes, padding and the schema's message. */
export function encodeHead(schema: Schema): Uint8Array {
  const message = Message.encode(Message.from(schema));
  return concat([MAGIC, new Uint8Array(2), ...frame(message, 8)]);
}

/** What stands after the last block, each as [offset, length, length of its body]. */
export function encodeTail(
  schema: Schema,
  blocks: readonly (readonly [number, number, number])[],
): Uint8Array {
  const fileBlocks = blocks.map(([offset, length, body]) => new FileBlock(length - body, body, offset));
  const footer = Footer.encode(new Footer(schema, undefined, fileBlocks, []));
  return concat([bytesOf(Int32Array.of(-1, 0)), footer, bytesOf(Int32Array.of(footer.length)), MAGIC]);
}

/** A message's parts and how long its body is. */
export type EncodedBlock = { readonly parts: readonly Uint8Array[]; readonly bodyLength: number };

/** Rows as the message of a record batch. */
export function encodeBlock(
  numRows: number,
  columns: readonly ColumnValues[],
  compression: Compression,
): EncodedBlock {
  const nodes: FieldNode[] = [];
  const regions: BufferRegion[] = [];
  const body: Uint8Array[] = [];
  let bodyLength = 0;
  const add = (bytes: Uint8Array) => {
    const stored = compression === "zstd" ? pack(bytes) : bytes;
    regions.push(new BufferRegion(bodyLength, stored.length));
    const padding = new Uint8Array(-stored.length & (ALIGNMENT - 1));
    body.push(stored, padding);
    bodyLength += stored.length + padding.length;
  };
  for (const { column, values, offsets } of columns) {
    nodes.push(new FieldNode(numRows, 0));
    add(EMPTY); // validity: nothing is missing
    if (offsets !== undefined) add(bytesOf(offsets));
    if (storageOf(column).nested) {
      nodes.push(new FieldNode(values.length, 0));
      add(EMPTY);
    }
    add(bytesOf(values));
  }
  const packing = compression === "zstd" ? new BodyCompression(CompressionType.ZSTD) : null;
  const batch = new RecordBatch(numRows, nodes, regions, packing);
  const message = Message.encode(Message.from(batch, bodyLength));
  return { parts: [...frame(message, 0), ...body], bodyLength };
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
  const { batch, body } = readMessage(bytes);
  if (batch.length !== numRows) throw new BlockFault("rows", `it has ${batch.length} rows, not ${numRows}`);
  const packed = batch.compression !== null;
  if (packed !== (compression === "zstd") || (packed && batch.compression?.type !== CompressionType.ZSTD)) {
    throw new BlockFault("schema", `it is not packed as the manifest says, "${compression}"`);
  }
  const buffers = new Buffers(batch, body, packed);
  const decoded: Record<string, ColumnValues> = {};
  for (const column of columns) decoded[column.name] = decodeColumn(column, numRows, buffers);
  buffers.end();
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

/** The parts of a record batch, one after the other. */
class Buffers {
  readonly #batch: RecordBatch;
  readonly #body: Uint8Array;
  readonly #packed: boolean;
  #node = 0;
  #buffer = 0;

  constructor(batch: RecordBatch, body: Uint8Array, packed: boolean) {
    this.#batch = batch;
    this.#body = body;
    this.#packed = packed;
  }

  node(length: number): void {
    const node = this.#batch.nodes[this.#node++];
    if (node?.length !== length || node.nullCount !== 0) {
      throw new BlockFault(
        "schema",
        `a column of it has ${node?.length} values, ${node?.nullCount} missing, not ${length} and 0`,
      );
    }
  }

  skipValidity(): void {
    this.#buffer++;
  }

  next(array: Storage["array"], length: number): InstanceType<Storage["array"]> {
    const region = this.#batch.buffers[this.#buffer++];
    if (region === undefined || !(region.offset >= 0 && region.length >= 0)) {
      throw new BlockFault("schema", "a column of it is missing");
    }
    const byteLength = length * array.BYTES_PER_ELEMENT;
    const end = region.offset + region.length;
    if (end > this.#body.length || (!this.#packed && region.length < byteLength)) {
      throw new BlockFault(
        "schema",
        `a buffer of ${region.length} bytes at ${region.offset} should have ${byteLength} in ${this.#body.length}`,
      );
    }
    return this.#view(this.#body.subarray(region.offset, end), array, length);
  }

  end(): void {
    const { nodes, buffers } = this.#batch;
    if (this.#node !== nodes.length || this.#buffer !== buffers.length) {
      throw new BlockFault("schema", "it has more columns than the manifest");
    }
  }

  #view(stored: Uint8Array, array: Storage["array"], length: number): InstanceType<Storage["array"]> {
    const byteLength = length * array.BYTES_PER_ELEMENT;
    const bytes = this.#packed ? tryUnpack(stored, byteLength) : stored;
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

function readMessage(bytes: Uint8Array): { batch: RecordBatch; body: Uint8Array } {
  const head = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length >= 8 ? head.getInt32(4, true) : -1;
  if (length < 0 || head.getInt32(0, true) !== -1 || 8 + length > bytes.length) {
    throw new BlockFault("schema", "no Arrow message begins there");
  }
  const body = bytes.subarray(8 + length);
  try {
    const message = Message.decode(bytes.subarray(8, 8 + length));
    if (message.headerType !== MessageHeader.RecordBatch) throw new Error("another kind of message");
    if (message.bodyLength !== body.length) {
      throw new Error(`${body.length} bytes, but ${message.bodyLength} in its head`);
    }
    return { batch: message.header() as RecordBatch, body };
  } catch (error) {
    throw new BlockFault("schema", `it is no Arrow record batch (${(error as Error).message})`);
  }
}

/** A message behind its two-word prefix, padded so that what follows is aligned. */
function frame(message: Uint8Array, position: number): Uint8Array[] {
  const padding = -(position + 8 + message.length) & (ALIGNMENT - 1);
  return [bytesOf(Int32Array.of(-1, message.length + padding)), message, new Uint8Array(padding)];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let position = 0;
  for (const part of parts) {
    all.set(part, position);
    position += part.length;
  }
  return all;
}
