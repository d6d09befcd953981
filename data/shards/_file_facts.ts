import { Message, type Schema } from "apache-arrow";
import { Footer } from "apache-arrow/ipc/metadata/file";
import type { ByteSource } from "./byte_source.ts";

const MAX_LENGTH = 2 ** 24; // of a schema or footer: more is no honest file

/** What an Arrow file says about itself, at its beginning and at its end. */
export type FileFacts = {
  readonly head: Schema;
  readonly foot: Schema;
  /** Offset and length of each record batch, as the end says. */
  readonly blocks: readonly (readonly [offset: number, bytes: number])[];
};

/**
 * Reads what a file says about itself.
 * @throws {Error} If it is no Arrow file.
 */
export async function fileFacts(source: ByteSource, size: number): Promise<FileFacts> {
  const start = await source.read(0, 16);
  const end = await source.read(size - 10, 10);
  for (const magic of [start.subarray(0, 6), end.subarray(4)]) {
    if (new TextDecoder().decode(magic) !== "ARROW1") {
      throw new Error("it does not begin and end with ARROW1");
    }
  }
  const headLength = new DataView(start.buffer, start.byteOffset).getInt32(12, true);
  const footLength = new DataView(end.buffer, end.byteOffset).getInt32(0, true);
  for (const length of [headLength, footLength]) {
    if (!(length > 0 && length < MAX_LENGTH)) throw new Error(`its schema has ${length} bytes`);
  }
  const head = Message.decode(await source.read(16, headLength));
  const foot = Footer.decode(await source.read(size - 10 - footLength, footLength));
  if (!head.isSchema()) throw new Error("it does not begin with a schema");
  const blocks = [...foot.recordBatches()].map(({ offset, metaDataLength, bodyLength }) =>
    [offset, metaDataLength + bodyLength] as const
  );
  return { head: head.header() as Schema, foot: foot.schema, blocks };
}

/** A schema in one line, to compare and to print. */
export function describeSchema(schema: Schema): string {
  const inOrder = (metadata: Map<string, string>) =>
    [...metadata].sort(([a], [b]) => a < b ? -1 : 1).map(([key, value]) => `${key}=${value}`).join(", ");
  const fields = schema.fields.map((field) =>
    `${field.name}: ${field.type}${field.nullable ? "?" : ""} {${inOrder(field.metadata)}}`
  );
  return `${fields.join(", ")} {${inOrder(schema.metadata)}}`;
}
