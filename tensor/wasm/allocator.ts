const alignment = 64; // a cache line
const steps = 8; // bins between one power of two and the next
const numBins = 32 * steps;
const limit = 2 ** 32; // bytes that there are places for

/** The bin of blocks of at least this many bytes, and fewer than the next bin's. */
function binOf(bytes: number): number {
  const exponent = 31 - Math.clz32(bytes);
  return exponent * steps + Math.floor((bytes - 2 ** exponent) * steps / 2 ** exponent);
}

function lack(bytes: number): RangeError {
  return new RangeError(
    `WebAssembly's memory has no ${bytes} bytes more (an engine may give up to 4 GiB): use smaller batches`,
  );
}

/**
 * Parts of a memory that only grows: what comes back is joined with its free neighbours and handed out again, so that the memory needed
 * stays near what is in use, whatever the sizes. Places and sizes are bytes.
 */
export class Allocator {
  readonly #grow: (bytes: number) => number;
  readonly #growth: number;
  readonly #bins: Set<number>[] = Array.from({ length: numBins }, () => new Set());
  readonly #used = new Map<number, number>(); // size by start
  readonly #free = new Map<number, number>(); // size by start
  readonly #freeEnds = new Map<number, number>(); // start by end

  /**
   * An allocator that has nothing yet.
   * @param grow Gives so many more bytes of memory, at any place that is a multiple of 64; 0 if there are none.
   * @param growth Bytes to ask for at least, a multiple of 64.
   */
  constructor(grow: (bytes: number) => number, growth: number) {
    this.#grow = grow;
    this.#growth = growth;
  }

  /**
   * A place for so many bytes, a multiple of 64.
   * @throws {RangeError} If the memory cannot grow so far.
   */
  take(bytes: number): number {
    const size = Math.max(alignment, Math.ceil(bytes / alignment) * alignment);
    if (size >= limit) throw lack(size);
    const start = this.#find(size) ?? this.#more(size);
    const rest = this.#free.get(start)! - size;
    this.#remove(start);
    if (rest > 0) this.#insert(start + size, rest);
    this.#used.set(start, size);
    return start;
  }

  /** Takes back a place that it gave. */
  give(start: number): void {
    const size = this.#used.get(start)!;
    this.#used.delete(start);
    this.#insert(start, size);
  }

  /** A free part of at least this size, of the smallest bin that has one. */
  #find(size: number): number | undefined {
    const first = binOf(size);
    for (const start of this.#bins[first]!) if (this.#free.get(start)! >= size) return start;
    for (let bin = first + 1; bin < numBins; bin++) {
      for (const start of this.#bins[bin]!) return start;
    }
    return undefined;
  }

  #more(size: number): number {
    let asked = Math.max(size, this.#growth);
    let start = this.#grow(asked);
    if (start === 0 && asked > size) start = this.#grow(asked = size);
    if (start === 0) throw lack(size);
    return this.#insert(start, asked);
  }

  /** Makes a part free, joined with its free neighbours; returns where the whole starts. */
  #insert(start: number, size: number): number {
    const after = this.#free.get(start + size);
    if (after !== undefined) {
      this.#remove(start + size);
      size += after;
    }
    const before = this.#freeEnds.get(start);
    if (before !== undefined) {
      size += this.#free.get(before)!;
      this.#remove(before);
      start = before;
    }
    this.#free.set(start, size);
    this.#freeEnds.set(start + size, start);
    this.#bins[binOf(size)]!.add(start);
    return start;
  }

  #remove(start: number): void {
    const size = this.#free.get(start)!;
    this.#free.delete(start);
    this.#freeEnds.delete(start + size);
    this.#bins[binOf(size)]!.delete(start);
  }
}
