import type { Block, Floats, Memory } from "../native/memory.ts";
import { Allocator } from "./allocator.ts";

/** Bytes that the memory grows by at least: growing may copy it. */
const growth = 16 * 2 ** 20;

/** Floats at one place, wherever the engine has the memory at the moment. */
class WasmBlock implements Block {
  readonly start: number;
  readonly length: number;
  readonly #memory: WebAssembly.Memory;
  readonly #view: View;
  #values: Floats;

  constructor(memory: WebAssembly.Memory, view: View, start: number, length: number) {
    this.start = start;
    this.length = length;
    this.#memory = memory;
    this.#view = view;
    this.#values = view(start, length);
  }

  get values(): Floats {
    if (this.#values.buffer !== this.#memory.buffer) this.#values = this.#view(this.start, this.length);
    return this.#values;
  }
}

/** So many floats from a byte of the memory on. */
type View = (start: number, length: number) => Floats;

/** The memory of a WebAssembly instance. When it grows, arrays that lie in it may come to nothing: ask their block again. */
export class WasmMemory implements Memory {
  /** The kernels see nothing else. */
  readonly reachesAll = false;
  readonly #memory: WebAssembly.Memory;
  readonly #allocator: Allocator;
  /** All that there are views of: a shared memory that grew keeps its earlier, shorter buffers alive. */
  readonly #buffers = new WeakSet<ArrayBufferLike>();
  readonly #view: View = (start, length) => {
    const { buffer } = this.#memory;
    this.#buffers.add(buffer);
    return new Float32Array(buffer as ArrayBuffer, start, length); // shared or not: no kernel minds
  };

  /**
   * @param memory The instance's.
   * @param grow Gives so many more bytes of it, 0 if there are none.
   */
  constructor(memory: WebAssembly.Memory, grow: (bytes: number) => number) {
    this.#memory = memory;
    this.#allocator = new Allocator(grow, growth);
  }

  take(length: number): Block {
    const start = this.#allocator.take(length * Float32Array.BYTES_PER_ELEMENT);
    return new WasmBlock(this.#memory, this.#view, start, length);
  }

  give(block: Block): void {
    this.#allocator.give((block as WasmBlock).start);
  }

  owns(array: ArrayBufferView): boolean {
    return this.#buffers.has(array.buffer);
  }

  /**
   * Calls a function with the places of arrays in place of the arrays. Those that lie elsewhere are copied in, and out again, as the
   * function may have written them.
   * @throws {TypeError} If an array came to nothing when the memory grew.
   */
  call(run: (...args: number[]) => number, args: readonly (ArrayBufferView | number | null)[]): number {
    const { buffer } = this.#memory;
    const places: number[] = [];
    const visitors: { array: ArrayBufferView; place: number }[] = [];
    for (const arg of args) {
      if (arg === null) places.push(0);
      else if (typeof arg === "number") places.push(arg);
      else if (arg.buffer === buffer) places.push(arg.byteOffset);
      else if ((arg.buffer as ArrayBuffer).detached) {
        throw new TypeError("Cannot call a kernel with values that have moved: ask their block again");
      } else if (this.owns(arg)) places.push(arg.byteOffset); // of a shared memory that has grown since
      else {
        visitors.push({ array: arg, place: places.length });
        places.push(0);
      }
    }
    if (visitors.length === 0) return run(...places);
    for (const { array, place } of visitors) places[place] = this.#allocator.take(array.byteLength);
    try {
      for (const { array, place } of visitors) this.#bytes(places[place]!, array).set(bytesOf(array));
      const result = run(...places);
      for (const { array, place } of visitors) bytesOf(array).set(this.#bytes(places[place]!, array));
      return result;
    } finally {
      for (const { place } of visitors) this.#allocator.give(places[place]!);
    }
  }

  #bytes(start: number, { byteLength }: ArrayBufferView): Uint8Array {
    return new Uint8Array(this.#memory.buffer, start, byteLength);
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
