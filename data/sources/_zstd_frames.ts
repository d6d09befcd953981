import type { ByteReader } from "./_byte_reader.ts";
import { SourceError } from "../source_error.ts";

const FRAME_MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50; // to …5f
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];
const CONTENT_SIZE_BYTES = [0, 2, 4, 8];

/**
 * The frames of a zstd file, each as the pieces that make it up (RFC 8878, §3.1).
 *
 * `node:zlib` stops after the first frame and takes a frame that is cut short for a whole one. Here every frame is handed over by
 * itself, and one that is cut short is an error before its end is believed.
 * @throws {SourceError} If a frame is cut short or is none.
 */
export async function* zstdFrames(
  reader: ByteReader,
  file: string,
): AsyncGenerator<AsyncIterable<Uint8Array>> {
  for (;;) {
    const magicBytes = await reader.peek(4);
    if (magicBytes.length === 0) return;
    if (magicBytes.length < 4) throw cutShort(file, reader);
    const magic = littleEndian(magicBytes);
    if (magic === FRAME_MAGIC) {
      const pieces = framePieces(reader, file);
      yield pieces;
      for await (const _ of pieces); // what the decompressor has left of it
    } else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
      const size = littleEndian((await takeAll(reader, 8, file)).subarray(4));
      if (await reader.skip(size) < size) throw cutShort(file, reader);
    } else {
      throw new SourceError(
        file,
        `Cannot decompress ${file}: byte ${reader.position} does not begin a zstd frame; copy the file anew`,
      );
    }
  }
}

async function* framePieces(reader: ByteReader, file: string): AsyncGenerator<Uint8Array> {
  const start = await takeAll(reader, 5, file);
  yield start;
  const descriptor = start[4]!;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const contentSizeBytes = CONTENT_SIZE_BYTES[descriptor >> 6]! || (isSingleSegment ? 1 : 0);
  const windowBytes = isSingleSegment ? 0 : 1;
  const headerRest = windowBytes + DICTIONARY_ID_BYTES[descriptor & 3]! + contentSizeBytes;
  yield await takeAll(reader, headerRest, file);
  for (let isLast = false; !isLast;) {
    const blockHeader = await takeAll(reader, 3, file);
    yield blockHeader;
    const packed = littleEndian(blockHeader);
    isLast = (packed & 1) === 1;
    const isRunLength = ((packed >> 1) & 3) === 1; // one byte stands for all
    yield await takeAll(reader, isRunLength ? 1 : packed >> 3, file);
  }
  if ((descriptor & 4) !== 0) yield await takeAll(reader, 4, file); // checksum of the content
}

async function takeAll(reader: ByteReader, count: number, file: string): Promise<Uint8Array> {
  const bytes = await reader.take(count);
  if (bytes.length < count) throw cutShort(file, reader);
  return bytes;
}

function cutShort(file: string, reader: ByteReader): SourceError {
  return new SourceError(
    file,
    `Cannot decompress ${file}: it is cut short after byte ${reader.position}; copy the file anew`,
  );
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}
