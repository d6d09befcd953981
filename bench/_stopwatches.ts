import * as tf from "@tensorflow/tfjs-core";
import { type Cost, KernelCosts } from "./_kernel_costs.ts";

/** Calls of one C function with the same sizes; time, FLOP and bytes of all calls together. */
export type NativeReading = Cost & {
  readonly symbol: string;
  /** Sizes, steps and other whole numbers that it was called with. */
  readonly sizes: readonly number[];
  readonly calls: number;
  readonly milliseconds: number;
};

/** What was measured since the last reading, in milliseconds. */
export type Reading = {
  /** Inside C functions. */
  readonly native: readonly NativeReading[];
  /** What each kernel spends in JavaScript: all of it for one that has no C function, else what surrounds the call. */
  readonly script: Readonly<Record<string, number>>;
  /** What the stopwatches take themselves. */
  readonly watching: number;
  /** Pages of memory that were touched for the first time, 4 KiB each. */
  readonly pageFaults: number;
  /** When the first step began and the last one ended, since the program's start. */
  readonly interval: readonly [number, number];
};

type Watch = {
  symbol: string;
  sizes: number[];
  calls: number;
  milliseconds: number;
  flop: number;
  bytes: number;
};

/**
 * Stopwatches on every C function and every kernel; they cost about a microsecond a call. Make them before the device is started: they put
 * themselves between `Deno.dlopen()` and whoever opens a library.
 */
export class Stopwatches {
  #native = new Map<string, Watch>();
  #script: Record<string, number> = {};
  #inWatches = 0; // milliseconds in C functions and their stopwatches, ever
  #watching = 0;
  readonly #costs = new KernelCosts();

  constructor() {
    const open = Deno.dlopen;
    Deno.dlopen = ((path: string | URL, symbols: Deno.ForeignLibraryInterface) => {
      const library = open(path, symbols);
      const timed = Object.entries(library.symbols).map(([name, f]) => [name, this.#timeNative(name, f)]);
      return { symbols: Object.fromEntries(timed), close: () => library.close() };
    }) as typeof Deno.dlopen;
  }

  /** Puts a stopwatch on every kernel of the device in use. */
  watchKernels(): void {
    const device = tf.getBackend();
    for (const config of tf.getKernelsForBackend(device)) {
      tf.unregisterKernel(config.kernelName, device);
      tf.registerKernel({ ...config, kernelFunc: this.#timeKernel(config) });
    }
  }

  /** What was measured since the last call; the rest is measured elsewhere. */
  read(): Omit<Reading, "pageFaults" | "interval"> {
    const reading = { native: [...this.#native.values()], script: this.#script, watching: this.#watching };
    [this.#native, this.#script, this.#watching] = [new Map(), {}, 0];
    return reading;
  }

  #timeNative(symbol: string, f: unknown): (...args: unknown[]) => unknown {
    return (...args) => {
      const entered = performance.now();
      const { flop, bytes } = this.#costs.of(symbol, args);
      const sizes = args.filter((x): x is number => typeof x === "number" && Number.isInteger(x));
      const key = `${symbol} ${sizes.join("×")}`;
      let watch = this.#native.get(key);
      if (!watch) {
        this.#native.set(key, watch = { symbol, sizes, calls: 0, milliseconds: 0, flop: 0, bytes: 0 });
      }
      const start = performance.now();
      const result = (f as (...args: unknown[]) => unknown)(...args);
      const end = performance.now();
      watch.calls++;
      watch.milliseconds += end - start;
      watch.flop += flop;
      watch.bytes += bytes;
      const left = performance.now();
      this.#inWatches += left - entered;
      this.#watching += left - entered - (end - start);
      return result;
    };
  }

  #timeKernel({ kernelName, kernelFunc }: tf.KernelConfig): tf.KernelFunc {
    return (call) => {
      const [start, before] = [performance.now(), this.#inWatches];
      const result = kernelFunc(call);
      const elapsed = performance.now() - start - (this.#inWatches - before);
      this.#script[kernelName] = (this.#script[kernelName] ?? 0) + elapsed;
      return result;
    };
  }
}
