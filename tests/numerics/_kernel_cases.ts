import { normals, stream, uniforms } from "@lacuna/random";
import type { symbols } from "../../tensor/native/ffi.ts";
import type { Real } from "./_rounded.ts";

/** A symbol of the kernels' library. */
export type KernelName = keyof typeof symbols;

/** What a kernel is called with, in the order of ffi.ts. */
export type Argument = Float32Array | Int32Array | Uint32Array | Uint8Array | number | null;

/** What a kernel must write into one of its arguments; `undefined` elements are nobody's business. */
export type Written = readonly [output: Float32Array | Uint8Array, values: readonly (Real | undefined)[]];

/** One call of a kernel. */
export type Call = {
  /** Nothing of them is changed: who makes the call copies them first. */
  readonly args: readonly Argument[];
  /** Calls to make before, on the same arguments. */
  readonly before?: readonly { readonly kernel: KernelName; readonly args: readonly Argument[] }[];
  /** What must be written, in exact arithmetic on what the arguments hold now. */
  readonly written: () => readonly Written[];
  /** What the kernel must return, if anything. */
  readonly returns?: number;
};

/** The calls that a kernel is tested with. */
export type KernelCases = {
  /** Sizes of the calls: zero, one, odd ones, more than a vector's lanes, more than a block. */
  readonly sizes: readonly (readonly number[])[];
  /** Sizes that are cut into many pieces. */
  readonly large: readonly (readonly number[])[];
  /** The call of some sizes. */
  readonly call: (draw: Draw, ...sizes: number[]) => Call;
};

/** A number in the place of a random one, somewhere in an input. */
export type Special = { readonly input: number; readonly value: number };

/** Random inputs of one call, the same for the same seed and name. */
export class Draw {
  /** How many inputs were drawn so far. */
  numInputs = 0;
  readonly #seed: number;
  readonly #name: string;
  readonly #special: Special | undefined;
  #numStreams = 0;
  /** Standard deviation of the inputs. */
  readonly scale: number;

  constructor(seed: number, name: string, scale: number, special?: Special) {
    [this.#seed, this.#name, this.scale, this.#special] = [seed, name, scale, special];
  }

  /** Normal numbers at a scale, the call's own unless said otherwise. */
  normals(count: number, scale: number = this.scale): Float32Array {
    return this.#input(normals(count, this.#stream()).map((x) => x * scale));
  }

  /** Uniform numbers in [low, high). */
  uniforms(count: number, low: number, high: number): Float32Array {
    return this.#input(uniforms(count, this.#stream()).map((x) => low + x * (high - low)));
  }

  /** Uniform numbers in [low, high) that say how to compute, and are always finite. */
  settings(count: number, low: number, high: number): Float32Array {
    return uniforms(count, this.#stream()).map((x) => low + x * (high - low));
  }

  /** Whole numbers in 0…bound − 1. */
  integers(count: number, bound: number): Int32Array {
    return Int32Array.from(uniforms(count, this.#stream()), (x) => Math.floor(x * bound));
  }

  #input(values: Float32Array): Float32Array {
    if (this.numInputs++ === this.#special?.input && values.length > 0) {
      values[this.integers(1, values.length)[0]!] = this.#special.value;
    }
    return values;
  }

  #stream() {
    return stream({ seed: this.#seed, name: `${this.#name} ${this.#numStreams++}` });
  }
}

/** What another kernel computed before. */
export function computed(values: readonly Real[]): Float32Array {
  return Float32Array.from(values, (x) => typeof x === "number" ? x : x.value);
}

/** Where a kernel writes: NaN until it does. */
export function output(count: number): Float32Array {
  return new Float32Array(count).fill(NaN);
}

/** As `Array.from` by index. */
export function range<T>(count: number, at: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => at(i));
}
