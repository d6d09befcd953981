/**
 * A table of a FlatBuffer (the encoding of Arrow's metadata), read with the bounds checked, as nobody vouches for its bytes.
 * @throws {RangeError} From every method, where the bytes lead out of the buffer.
 * @see https://flatbuffers.dev/internals
 */
export class FlatTable {
  readonly #view: DataView;
  readonly #at: number;

  private constructor(view: DataView, at: number) {
    this.#view = view;
    this.#at = at;
  }

  /** The outermost table. */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    return new FlatTable(view, view.getUint32(0, true));
  }

  /** An 8-bit field, 0 if it is absent. */
  uint8(field: number): number {
    const at = this.#find(field);
    return at === undefined ? 0 : this.#view.getUint8(at);
  }

  /** A 64-bit field, 0 if it is absent. */
  int64(field: number): number {
    const at = this.#find(field);
    return at === undefined ? 0 : Number(this.#view.getBigInt64(at, true));
  }

  /** A field that is a table, if it is there. */
  table(field: number): FlatTable | undefined {
    const at = this.#find(field);
    return at === undefined ? undefined : new FlatTable(this.#view, at + this.#view.getUint32(at, true));
  }

  /**
   * A field that is a vector of pairs of 64-bit integers.
   * @param length How many there must be.
   */
  pairs(field: number, length: number): (readonly [number, number])[] {
    const at = this.#find(field);
    const start = at === undefined ? 0 : at + this.#view.getUint32(at, true);
    const found = at === undefined ? 0 : this.#view.getUint32(start, true);
    if (found !== length) throw new RangeError(`it has ${found} parts, not ${length}`);
    const int64 = (at: number) => Number(this.#view.getBigInt64(at, true));
    return Array.from({ length }, (_, i) => [int64(start + 4 + 16 * i), int64(start + 12 + 16 * i)] as const);
  }

  /** Where a field's value stands. */
  #find(field: number): number | undefined {
    const fields = this.#at - this.#view.getInt32(this.#at, true);
    const entry = 4 + 2 * field;
    const offset = entry < this.#view.getUint16(fields, true)
      ? this.#view.getUint16(fields + entry, true)
      : 0;
    return offset === 0 ? undefined : this.#at + offset;
  }
}
