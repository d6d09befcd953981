import type { ArraySpec, ArrayValues, DType } from "./preparation.ts";

/** Memory of a batch: shared with workers, or not. */
export type BatchMemory = ArrayBuffer | SharedArrayBuffer;

/** Where the arrays of a batch lie in its memory. */
export type ArrayLayout = {
  readonly bytes: number;
  readonly arrays: readonly {
    readonly name: string;
    readonly dtype: DType;
    readonly at: number; // bytes
    readonly width: number; // elements of a sample
    readonly shape: readonly number[]; // of a sample
  }[];
};

type View = new (memory: ArrayBufferLike, at: number, length: number) => ArrayValues;
const views: Readonly<Record<DType, View & { readonly BYTES_PER_ELEMENT: number }>> = {
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
};

/** Lays out arrays for up to `batchSize` samples, each at the start of a cache line. */
export function layOut(
  specs: Readonly<Record<string, ArraySpec>>,
  batchSize: number,
): ArrayLayout {
  let end = 0;
  const arrays = Object.entries(specs).map(([name, { dtype, shape }]) => {
    if (!(dtype in views)) {
      throw new TypeError(`Array ${name} has the dtype ${dtype}: choose uint8, int32 or float32`);
    }
    const width = shape.reduce((product, size) => product * size, 1);
    if (!(Number.isSafeInteger(width) && width >= 0)) {
      throw new TypeError(`Array ${name} has the shape [${shape.join(", ")}]: give integers ≥ 0`);
    }
    const at = end;
    end += Math.ceil(width * batchSize * views[dtype].BYTES_PER_ELEMENT / 64) * 64;
    return { name, dtype, at, width, shape };
  });
  return { bytes: end, arrays };
}

/** The arrays of n samples in memory that was laid out for at least as many. */
export function viewArrays(layout: ArrayLayout, memory: BatchMemory, n: number): Record<string, ArrayValues> {
  const arrays: Record<string, ArrayValues> = {};
  for (const { name, dtype, at, width } of layout.arrays) {
    arrays[name] = new views[dtype](memory, at, n * width);
  }
  return arrays;
}

/** Memory of batches, used again once it is given back. */
export class BatchMemories {
  readonly #bytes: number;
  readonly #isShared: boolean;
  readonly #maxSpare: number;
  readonly #spare: BatchMemory[] = [];

  constructor(bytes: number, isShared: boolean, maxSpare: number) {
    this.#bytes = bytes;
    this.#isShared = isShared;
    this.#maxSpare = maxSpare;
  }

  take(): BatchMemory {
    const spare = this.#spare.pop();
    if (spare) return spare;
    return this.#isShared ? new SharedArrayBuffer(this.#bytes) : new ArrayBuffer(this.#bytes);
  }

  give(memory: BatchMemory): void {
    if (this.#spare.length < this.#maxSpare) this.#spare.push(memory);
  }
}
