import { CompressionType, Message, MetadataVersion, type Schema } from "apache-arrow";
import { BodyCompression, BufferRegion, FieldNode, RecordBatch } from "apache-arrow/ipc/metadata/message";
import { FileBlock, Footer } from "apache-arrow/ipc/metadata/file";
import type { Compression } from "./manifest.ts";
import type { ColumnValues } from "./rows.ts";
import { bytesOf, storageOf } from "./_storage.ts";
import { pack } from "./_zstd.ts";

const ALIGNMENT = 64; // of every message and buffer, as the format recommends
const MAGIC = new TextEncoder().encode("ARROW1");
const EMPTY = new Uint8Array(0);

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
  const footer = Footer.encode(new Footer(schema, MetadataVersion.V5, fileBlocks, []));
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
