import type { Block, Memory } from "./memory.ts";

/**
 * Arrays of float32 to use again, by length. Fresh large arrays cost a page fault every 4 KiB; the steps of a training run ask for
 * the same lengths again and again.
 */
export class BufferPool implements Memory {
  /** The kernels take any array's address. */
  readonly reachesAll = true;
  /** Bytes that the pool holds at most; what comes back beyond that goes to the garbage collector. */
  readonly capacity: number;
  readonly #free = new Map<number, Block[]>();
  readonly #own = new WeakSet<ArrayBufferLike>();
  #bytes = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** An array of this length, with whatever was left in it. */
  take(length: number): Block {
    const free = this.#free.get(length)?.pop();
    if (free) {
      this.#bytes -= length * Float32Array.BYTES_PER_ELEMENT;
      return free;
    }
    const values = new Float32Array(length);
    this.#own.add(values.buffer);
    return { values };
  }

  /** Whether the array, or what it is a view of, came from this pool; all others belong to somebody else. */
  owns(array: Float32Array): boolean {
    return this.#own.has(array.buffer);
  }

  /** Takes back an array of its own, which nobody may use any more. */
  give(block: Block): void {
    const { length, byteLength } = block.values;
    if (this.#bytes + byteLength > this.capacity) return;
    this.#bytes += byteLength;
    const free = this.#free.get(length);
    if (free) free.push(block);
    else this.#free.set(length, [block]);
  }
}
