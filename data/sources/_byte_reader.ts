/** Where a reader's bytes come from: fills `into` from its start and says how far, `null` at the end. */
export type ByteFiller = {
  read(into: Uint8Array): Promise<number | null>;
  /** Passes over up to `count` bytes without reading them and says over how many; for files. */
  skip?(count: number): number;
  close(): Promise<void>;
};

const BUFFER_BYTES = 1 << 20; // fewer, larger reads: each crosses to a thread and back
const STEP_BYTES = 1 << 14; // read after a skip, as more may be passed over

/** Bytes in order, taken piece by piece. Holds one buffer, whatever the size of what it reads. */
export class ByteReader implements AsyncDisposable {
  readonly #filler: ByteFiller;
  readonly #buffer: Uint8Array;
  #start = 0;
  #end = 0;
  #step: number; // bytes to read into the buffer next
  /** Of the next byte, from the first. */
  position = 0;

  constructor(filler: ByteFiller, bufferBytes: number = BUFFER_BYTES) {
    this.#filler = filler;
    this.#buffer = new Uint8Array(bufferBytes);
    this.#step = bufferBytes;
  }

  /** The next `count` bytes, in memory of their own; fewer if they end before. */
  async take(count: number): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    let filled = this.#drain(out, 0);
    while (filled < count) {
      const isLarge = count - filled >= this.#step;
      const read = isLarge ? await this.#filler.read(out.subarray(filled)) : await this.#refill();
      if (read === null) break;
      filled = isLarge ? filled + read : this.#drain(out, filled);
    }
    this.position += filled;
    return filled < count ? out.subarray(0, filled) : out;
  }

  /** What is in the buffer, refilled if it was empty, valid until the next call; `undefined` at the end. */
  async takeBuffered(): Promise<Uint8Array | undefined> {
    if (this.#start === this.#end && await this.#refill() === null) return undefined;
    const bytes = this.#buffer.subarray(this.#start, this.#end);
    this.#start = this.#end;
    this.position += bytes.length;
    return bytes;
  }

  /** The next `count` bytes without taking them, valid until the next call; fewer if they end before. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#end - this.#start < count && await this.#append() !== null);
    return this.#buffer.subarray(this.#start, Math.min(this.#start + count, this.#end));
  }

  /** Passes over `count` bytes and says over how many: fewer if they end before. */
  async skip(count: number): Promise<number> {
    let skipped = Math.min(count, this.#end - this.#start);
    this.#start += skipped;
    if (skipped < count && this.#filler.skip) {
      skipped += this.#filler.skip(count - skipped);
      this.#step = STEP_BYTES;
    }
    while (skipped < count && await this.#refill() !== null) {
      const step = Math.min(count - skipped, this.#end);
      this.#start = step;
      skipped += step;
    }
    this.position += skipped;
    return skipped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#filler.close();
  }

  #drain(out: Uint8Array, at: number): number {
    const count = Math.min(out.length - at, this.#end - this.#start);
    out.set(this.#buffer.subarray(this.#start, this.#start + count), at);
    this.#start += count;
    return at + count;
  }

  async #refill(): Promise<number | null> {
    this.#start = this.#end = 0;
    return await this.#append();
  }

  async #append(): Promise<number | null> {
    if (this.#start > 0) {
      this.#buffer.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    const read = await this.#filler.read(this.#buffer.subarray(this.#end, this.#end + this.#step));
    this.#step = Math.min(2 * this.#step, this.#buffer.length);
    this.#end += read ?? 0;
    return read;
  }
}
