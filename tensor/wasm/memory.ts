import type { Block, Floats, Memory } from "../native/memory.ts";
import { Allocator } from "./allocator.ts";

/** Bytes that the memory grows by at least: growing may copy it. */
const growth = 16 * 2 ** 20;

/** Floats at one place, wherever the engine has the memory at the moment. */
class WasmBlock implements Block {
  readonly start: number;
  readonly length: number;
  readonly #memory: WebAssembly.Memory;
  #values: Floats;

  constructor(memory: WebAssembly.Memory, start: number, length: number) {
    this.start = start;
    this.length = length;
    this.#memory = memory;
    this.#values = viewOf(memory.buffer, start, length);
  }

  get values(): Floats {
    const { buffer } = this.#memory;
    if (this.#values.buffer !== buffer) this.#values = viewOf(buffer, this.start, this.length);
    return this.#values;
  }
}

/** Floats of the memory, shared or not: no kernel minds. */
function viewOf(buffer: ArrayBufferLike, start: number, length: number): Floats {
  return new Float32Array(buffer as ArrayBuffer, start, length);
}

/** The memory of a WebAssembly instance. When it grows, arrays that lie in it may come to nothing: ask their block again. */
export class WasmMemory implements Memory {
  /** The kernels see nothing else. */
  readonly reachesAll = false;
  readonly #memory: WebAssembly.Memory;
  readonly #allocator: Allocator;
  readonly #isShared: boolean;

  /**
   * @param memory The instance's.
   * @param grow Gives so many more bytes of it, 0 if there are none.
   */
  constructor(memory: WebAssembly.Memory, grow: (bytes: number) => number) {
    this.#memory = memory;
    this.#allocator = new Allocator(grow, growth);
    this.#isShared = !(memory.buffer instanceof ArrayBuffer);
  }

  take(length: number): Block {
    const start = this.#allocator.take(length * Float32Array.BYTES_PER_ELEMENT);
    return new WasmBlock(this.#memory, start, length);
  }

  give(block: Block): void {
    this.#allocator.give((block as WasmBlock).start);
  }

  owns(array: Float32Array): boolean {
    // A shared memory that grew keeps its earlier, shorter buffers alive; nothing else here is shared.
    return array.buffer === this.#memory.buffer || (this.#isShared && !(array.buffer instanceof ArrayBuffer));
  }

  /**
   * Calls a function with the places of arrays in place of the arrays. Those that lie elsewhere are copied in, and out again, as the
   * function may have written them.
   */
  call(run: (...args: number[]) => number, args: readonly (ArrayBufferView | number | null)[]): number {
    const { buffer } = this.#memory;
    const places: number[] = [];
    const visitors: { array: ArrayBufferView; place: number }[] = [];
    for (const arg of args) {
      if (arg === null) places.push(0);
      else if (typeof arg === "number") places.push(arg);
      else if (arg.buffer === buffer) places.push(arg.byteOffset);
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
