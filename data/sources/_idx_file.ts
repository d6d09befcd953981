import { SourceError } from "../source_error.ts";
import type { ByteReader } from "./_byte_reader.ts";

/** An array of unsigned bytes in a file: its first size is how many entries there are. */
export type IdxFile = {
  /** For messages. */
  readonly name: string;
  readonly numEntries: number;
  /** Of an entry: [] for a number, [H, W] or [H, W, C] for an image. */
  readonly entrySizes: readonly number[];
  /** The entries, one after the other. */
  readonly entries: (from: number) => AsyncGenerator<Uint8Array>;
};

/** Opens the file's bytes, from their start, inflated. */
export type OpenIdx = () => Promise<AsyncDisposable & { readonly reader: ByteReader }>;

const UNSIGNED_BYTE = 0x08;
const MAX_ENTRY_BYTES = 2 ** 28;

/**
 * The header of an IDX file of unsigned bytes, gzipped or not: two bytes of 0, the type, the number of sizes, and the sizes.
 * @throws {SourceError} If it is another file, or ends in its header.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export async function idxFile(name: string, open: OpenIdx): Promise<IdxFile> {
  await using opened = await open();
  const [numEntries, ...entrySizes] = await readHeader(name, opened.reader);
  return { name, numEntries, entrySizes, entries: (from) => readEntries(name, open, from) };
}

async function readHeader(name: string, reader: ByteReader): Promise<[number, ...number[]]> {
  const magic = await take(name, reader, 4);
  if (magic[0] !== 0 || magic[1] !== 0 || magic[2] !== UNSIGNED_BYTE || magic[3]! < 1 || magic[3]! > 4) {
    const found = Array.from(magic, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const message =
      `${name} begins with ${found}: it is no IDX file of unsigned bytes, 00 00 08 and 1 to 4 sizes`;
    throw new SourceError(name, message);
  }
  const numSizes = magic[3]!;
  const header = await take(name, reader, 4 * numSizes);
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  const [numEntries, ...entrySizes] = Array.from({ length: numSizes }, (_, i) => view.getUint32(4 * i));
  const entryBytes = bytesOf(entrySizes);
  if (entryBytes < 1 || entryBytes > MAX_ENTRY_BYTES) {
    const found = [numEntries, ...entrySizes].join(" × ");
    throw new SourceError(name, `${name} says that it has the sizes ${found}: copy the file anew`);
  }
  return [numEntries!, ...entrySizes];
}

async function* readEntries(name: string, open: OpenIdx, from: number): AsyncGenerator<Uint8Array> {
  await using opened = await open();
  const { reader } = opened;
  const [numEntries, ...entrySizes] = await readHeader(name, reader);
  const entryBytes = bytesOf(entrySizes);
  const toPass = Math.min(from, numEntries);
  await reader.skip(toPass * entryBytes);
  for (let entry = toPass; entry < numEntries; entry++) yield await take(name, reader, entryBytes);
  if ((await reader.peek(1)).length > 0) {
    throw new SourceError(
      name,
      `${name} goes on behind the ${numEntries} entries that it has: copy the file anew`,
    );
  }
}

function bytesOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}

async function take(name: string, reader: ByteReader, count: number): Promise<Uint8Array> {
  const bytes = await reader.take(count);
  if (bytes.length < count) throw new SourceError(name, `${name} is cut short: copy the file anew`);
  return bytes;
}
