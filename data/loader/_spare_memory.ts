/** Memory that was given back and will be used again: touching new memory costs more than filling old. */
export class SpareMemory<M extends ArrayBufferLike> {
  readonly #make: (bytes: number) => M;
  readonly #spare: M[] = [];

  constructor(make: (bytes: number) => M) {
    this.#make = make;
  }

  /** Some that fits, without much waste. */
  take(bytes: number): M {
    const fits = this.#spare.findIndex(({ byteLength }) =>
      byteLength >= bytes && byteLength <= 2 * bytes + 4096
    );
    if (fits >= 0) return this.#spare.splice(fits, 1)[0]!;
    this.#spare.length = 0; // of other sizes than are needed now
    const step = Math.max(4096, 2 ** Math.floor(Math.log2(Math.max(1, bytes)) - 4)); // a little more will fit others too
    return this.#make(Math.max(1, Math.ceil(bytes / step)) * step);
  }

  give(memory: M): void {
    this.#spare.push(memory);
  }

  clear(): void {
    this.#spare.length = 0;
  }
}
