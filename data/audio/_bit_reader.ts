import { AudioError } from "./audio_error.ts";

/** Bits of a FLAC stream, the most significant of each byte first. */
export class BitReader {
  readonly #bytes: Uint8Array; // with 8 zeros behind the last, so that a peek needs no test
  readonly #numBits: number;
  #at: number; // in bits

  /**
   * @param bytes What to read.
   * @param start First byte to read.
   */
  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = new Uint8Array(bytes.length + 8);
    this.#bytes.set(bytes);
    this.#numBits = bytes.length * 8;
    this.#at = start * 8;
  }

  /** Byte that the next bit is in. */
  get byte(): number {
    return this.#at >>> 3;
  }

  /** Whether every byte has been read. */
  get ended(): boolean {
    return this.#at >= this.#numBits;
  }

  /** The bytes from one to the one before the next bit's. */
  since(start: number): Uint8Array {
    return this.#bytes.subarray(start, this.byte);
  }

  /** The next 0…32 bits as an unsigned number. */
  unsigned(count: number): number {
    if (count === 0) return 0;
    const value = this.#peek() >>> (32 - count);
    this.skip(count);
    return value;
  }

  /** The next 1…32 bits as a number in two's complement. */
  signed(count: number): number {
    const value = this.#peek() >> (32 - count);
    this.skip(count);
    return value;
  }

  /** How many zeros stand before the next one, which is passed too. */
  unary(): number {
    let zeros = 0;
    let word = this.#peek();
    while (word === 0) {
      this.skip(32);
      zeros += 32;
      word = this.#peek();
    }
    const rest = Math.clz32(word);
    this.skip(rest + 1);
    return zeros + rest;
  }

  /** Fills `out` from `from` to before `to` with Rice codes of one parameter, 0…30. */
  rice(parameter: number, out: Int32Array, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const word = this.#peek();
      const zeros = Math.clz32(word);
      let code: number;
      if (zeros + 1 + parameter <= 32) { // all of it is in the word
        const low = parameter === 0 ? 0 : (word << (zeros + 1)) >>> (32 - parameter);
        code = (zeros << parameter) | low;
        this.#at += zeros + 1 + parameter;
      } else {
        code = (this.unary() << parameter) | this.unsigned(parameter);
      }
      out[i] = (code >>> 1) ^ -(code & 1);
      if (this.#at > this.#numBits) this.skip(0);
    }
  }

  /** Passes to the next byte's first bit. */
  align(): void {
    this.#at = (this.#at + 7) & ~7;
  }

  /** Passes some bits. */
  skip(count: number): void {
    this.#at += count;
    if (this.#at > this.#numBits) throw new AudioError("length", "it ends within a frame");
  }

  /** The next 32 bits; what lies behind the end is 0. */
  #peek(): number {
    const bytes = this.#bytes;
    const at = this.#at >>> 3;
    const bit = this.#at & 7;
    const word = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
    return (word << bit) | (bytes[at + 4]! >>> (8 - bit));
  }
}
