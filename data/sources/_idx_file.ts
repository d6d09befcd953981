import { SourceError } from "../source_error.ts";

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

/** Opens the bytes anew. */
export type OpenBytes = () => Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;

const UNSIGNED_BYTE = 0x08;
const MAX_ENTRY_BYTES = 2 ** 28;

/**
 * The header of an IDX file of unsigned bytes, gzipped or not: two bytes of 0, the type, the number of sizes, and the sizes.
 * @throws {SourceError} If it is another file, or ends in its header.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export async function idxFile(name: string, open: OpenBytes): Promise<IdxFile> {
  const bytes = new Bytes(name, await open());
  try {
    const sizes = await readHeader(name, bytes);
    const [numEntries, ...entrySizes] = sizes as [number, ...number[]];
    return { name, numEntries, entrySizes, entries: (from) => readEntries(name, open, from) };
  } finally {
    await bytes.close();
  }
}

async function readHeader(name: string, bytes: Bytes): Promise<number[]> {
  const magic = await bytes.take(4);
  if (magic[0] !== 0 || magic[1] !== 0 || magic[2] !== UNSIGNED_BYTE || magic[3]! < 1 || magic[3]! > 4) {
    const found = Array.from(magic, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw new SourceError(
      name,
      `${name} begins with ${found}: it is no IDX file of unsigned bytes, 00 00 08 and 1 to 4 sizes`,
    );
  }
  const header = await bytes.take(4 * magic[3]!);
  const view = new DataView(header.buffer);
  const sizes = Array.from({ length: magic[3]! }, (_, i) => view.getUint32(4 * i));
  const entryBytes = sizes.slice(1).reduce((product, size) => product * size, 1);
  if (entryBytes < 1 || entryBytes > MAX_ENTRY_BYTES) {
    throw new SourceError(name, `${name} says that it has the sizes ${sizes.join(" × ")}: download it again`);
  }
  return sizes;
}

async function* readEntries(name: string, open: OpenBytes, from: number): AsyncGenerator<Uint8Array> {
  const bytes = new Bytes(name, await open());
  try {
    const [numEntries, ...entrySizes] = await readHeader(name, bytes) as [number, ...number[]];
    const entryBytes = entrySizes.reduce((product, size) => product * size, 1);
    const toPass = Math.min(from, numEntries);
    await bytes.pass(toPass * entryBytes);
    for (let entry = toPass; entry < numEntries; entry++) yield await bytes.take(entryBytes);
    if (!await bytes.isAtEnd()) {
      throw new SourceError(
        name,
        `${name} goes on behind the ${numEntries} entries that it has: download it again`,
      );
    }
  } finally {
    await bytes.close();
  }
}

/** Bytes of a stream in order, inflated if its first two say gzip. */
class Bytes {
  readonly #name: string;
  readonly #stream: ReadableStream<Uint8Array<ArrayBuffer>>;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
  #chunk = new Uint8Array();

  constructor(name: string, stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.#name = name;
    this.#stream = stream;
  }

  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(count);
    await this.#next(count, (part, at) => taken.set(part, at));
    return taken;
  }

  async pass(count: number): Promise<void> {
    await this.#next(count, () => {});
  }

  async isAtEnd(): Promise<boolean> {
    return this.#chunk.length === 0 && !await this.#refill();
  }

  async close(): Promise<void> {
    await this.#reader?.cancel().catch(() => {}); // a stream that failed has said so
  }

  async #next(count: number, give: (part: Uint8Array, at: number) => void): Promise<void> {
    for (let at = 0; at < count;) {
      if (this.#chunk.length === 0 && !await this.#refill()) {
        throw new SourceError(this.#name, `${this.#name} is cut short: download it again`);
      }
      const part = this.#chunk.subarray(0, count - at);
      give(part, at);
      at += part.length;
      this.#chunk = this.#chunk.subarray(part.length);
    }
  }

  async #refill(): Promise<boolean> {
    try {
      this.#reader ??= await inflating(this.#stream);
      const { done, value } = await this.#reader.read();
      this.#chunk = value ?? new Uint8Array();
      return !done;
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      const message = `${this.#name} cannot be inflated (${cause.message}): download it again`;
      throw new SourceError(this.#name, message, { cause });
    }
  }
}

async function inflating(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>> {
  const reader = stream.getReader();
  const { value: first = new Uint8Array(), done } = await reader.read();
  const again = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      if (done) controller.close();
      else controller.enqueue(first);
    },
    async pull(controller) {
      const { value, done } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => reader.cancel(),
  });
  const isGzip = first[0] === 0x1f && first[1] === 0x8b;
  return (isGzip ? again.pipeThrough(new DecompressionStream("gzip")) : again).getReader();
}
