const STEP = 2 ** 18; // images of one kind differ in size: rounded up, one fits where another was

/** Memory for pixels that is used again: asking the system for it takes longer than filling it. */
export class PixelMemory {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];

  /** At least so many bytes, whatever is in them; those that were given back last come first. */
  take(numBytes: number): Uint8Array<ArrayBuffer> {
    const at = this.#free.findLastIndex(({ length }) => length >= numBytes);
    if (at >= 0) return this.#free.splice(at, 1)[0]!;
    this.#free.pop(); // too small for what comes now: it would stay for good
    return new Uint8Array(Math.ceil(numBytes / STEP) * STEP);
  }

  /** Takes back what nobody reads any more. */
  giveBack(memory: Uint8Array<ArrayBuffer>): void {
    this.#free.push(memory);
  }
}
