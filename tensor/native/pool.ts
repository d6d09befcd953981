/**
 * Arrays of float32 to use again, by length. Fresh large arrays cost a page fault every 4 KiB; the steps of a training run ask for
 * the same lengths again and again.
 */
export class BufferPool {
  /** Bytes that the pool holds at most; what comes back beyond that goes to the garbage collector. */
  readonly capacity: number;
  readonly #free = new Map<number, Float32Array<ArrayBuffer>[]>();
  readonly #own = new WeakSet<ArrayBufferLike>();
  #bytes = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** An array of this length, with whatever was left in it. */
  take(length: number): Float32Array<ArrayBuffer> {
    const free = this.#free.get(length)?.pop();
    if (free) {
      this.#bytes -= free.byteLength;
      return free;
    }
    const fresh = new Float32Array(length);
    this.#own.add(fresh.buffer);
    return fresh;
  }

  /** Whether the array, or what it is a view of, came from this pool; all others belong to somebody else. */
  owns(array: Float32Array): boolean {
    return this.#own.has(array.buffer);
  }

  /** Takes back an array of its own, which nobody may use any more. */
  give(array: Float32Array<ArrayBuffer>): void {
    if (this.#bytes + array.byteLength > this.capacity) return;
    this.#bytes += array.byteLength;
    const free = this.#free.get(array.length);
    if (free) free.push(array);
    else this.#free.set(array.length, [array]);
  }
}
