import { pipeline, Readable, type Transform } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { SourceError } from "../source_error.ts";
import { type ByteFiller, ByteReader } from "./_byte_reader.ts";
import { cannotRead } from "./_cannot_read.ts";
import { zstdFrames } from "./_zstd_frames.ts";

const CHUNK_BYTES = 1 << 18;

/** Bytes of a file, and whether they had to be decompressed. */
export type OpenBytes = AsyncDisposable & {
  readonly reader: ByteReader;
  readonly isCompressed: boolean;
};

/**
 * The bytes of a file, decompressed if its first bytes say gzip or zstd, whatever its name.
 * @throws {SourceError} If there is no such file; while reading, if the compressed data are damaged or cut short.
 */
export async function openBytes(path: string): Promise<OpenBytes> {
  const reader = new ByteReader(await fileFiller(path));
  try {
    const magic = await reader.peek(4);
    const inflate = isGzip(magic) ? gunzipped : isZstd(magic) ? unzstd : undefined;
    if (!inflate) return { reader, isCompressed: false, [Symbol.asyncDispose]: () => close(reader) };
    const inflated = new ByteReader(iterableFiller(inflate(reader, path)));
    return {
      reader: inflated,
      isCompressed: true,
      async [Symbol.asyncDispose]() {
        await close(inflated);
        await close(reader);
      },
    };
  } catch (error) {
    await close(reader);
    throw error;
  }
}

async function fileFiller(path: string): Promise<ByteFiller> {
  const failed = (error: unknown) => {
    throw cannotRead(path, error);
  };
  const file = await Deno.open(path).catch(failed);
  const { size, isFile } = file.statSync();
  const skip = (count: number) => {
    const at = file.seekSync(0, Deno.SeekMode.Current);
    return file.seekSync(Math.min(at + count, Math.max(size, at)), Deno.SeekMode.Start) - at;
  };
  return {
    read: (into) => file.read(into).catch(failed),
    ...(isFile ? { skip } : {}), // a pipe must be read
    close() {
      file.close();
      return Promise.resolve();
    },
  };
}

function isGzip(magic: Uint8Array): boolean {
  return magic[0] === 0x1f && magic[1] === 0x8b;
}

function isZstd(magic: Uint8Array): boolean {
  return magic[0] === 0x28 && magic[1] === 0xb5 && magic[2] === 0x2f && magic[3] === 0xfd;
}

async function* rest(reader: ByteReader): AsyncGenerator<Uint8Array> {
  for (let bytes = await reader.takeBuffered(); bytes; bytes = await reader.takeBuffered()) {
    yield bytes.slice();
  }
}

function gunzipped(reader: ByteReader, file: string): AsyncIterable<Uint8Array> {
  return through(rest(reader), createGunzip({ chunkSize: CHUNK_BYTES }), file);
}

async function* unzstd(reader: ByteReader, file: string): AsyncGenerator<Uint8Array> {
  for await (const frame of zstdFrames(reader, file)) {
    yield* through(frame, createZstdDecompress({ chunkSize: CHUNK_BYTES }), file);
  }
}

async function* through(
  compressed: AsyncIterable<Uint8Array>,
  inflate: Transform,
  file: string,
): AsyncGenerator<Uint8Array> {
  const bytes = pipeline(Readable.from(compressed, { objectMode: false }), inflate, () => {}); // errors come out below
  try {
    for await (const chunk of bytes) yield chunk as Uint8Array;
  } catch (error) {
    if (error instanceof SourceError) throw error;
    const reason = (error as Error).message;
    throw new SourceError(file, `Cannot decompress ${file} (${reason}): copy the file anew`, {
      cause: error,
    });
  }
}

/** Reads what an iterator gives, however long its pieces are. */
function iterableFiller(chunks: AsyncIterable<Uint8Array>): ByteFiller {
  const iterator = chunks[Symbol.asyncIterator]();
  let left = new Uint8Array(0);
  return {
    async read(into) {
      while (left.length === 0) {
        const { done, value } = await iterator.next();
        if (done) return null;
        left = value as Uint8Array<ArrayBuffer>;
      }
      const count = Math.min(left.length, into.length);
      into.set(left.subarray(0, count));
      left = left.subarray(count);
      return count;
    },
    async close() {
      await iterator.return?.();
    },
  };
}

async function close(reader: ByteReader): Promise<void> {
  await reader[Symbol.asyncDispose]();
}
