import * as tf from "@tensorflow/tfjs-core";
import { type Cost, costOf } from "./_kernel_costs.ts";

/** Calls of one C function with the same sizes. */
export type NativeReading = Cost & {
  readonly symbol: string;
  /** Sizes, steps and other whole numbers that it was called with. */
  readonly sizes: readonly number[];
  readonly calls: number;
  /** All calls together. */
  readonly milliseconds: number;
};

/** What was measured since the last reading. */
export type Reading = {
  /** Time inside C functions. */
  readonly native: readonly NativeReading[];
  /** Milliseconds that each kernel spends in JavaScript: all of it for one that has no C function, else what surrounds the call. */
  readonly script: Readonly<Record<string, number>>;
  /** Pages of memory that were touched for the first time, 4 KiB each. */
  readonly pageFaults: number;
};

type Watch = { symbol: string; sizes: number[]; calls: number; milliseconds: number; cost: Cost };

/**
 * Stopwatches on every C function and every kernel; they cost about a microsecond a call. Make them before the device is started: they put
 * themselves between `Deno.dlopen()` and whoever opens a library.
 */
export class Stopwatches {
  #native = new Map<string, Watch>();
  #script: Record<string, number> = {};
  #inNative = 0; // milliseconds, ever

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

  /** What was measured since the last call; page faults are counted elsewhere. */
  read(): Omit<Reading, "pageFaults"> {
    const native = Array.from(this.#native.values(), ({ cost, ...watch }) => ({ ...watch, ...cost }));
    const reading = { native, script: this.#script };
    [this.#native, this.#script] = [new Map(), {}];
    return reading;
  }

  #timeNative(symbol: string, f: unknown): (...args: unknown[]) => unknown {
    return (...args) => {
      const start = performance.now();
      const result = (f as (...args: unknown[]) => unknown)(...args);
      const elapsed = performance.now() - start;
      this.#inNative += elapsed;
      const sizes = args.filter((x): x is number => typeof x === "number" && Number.isInteger(x));
      const key = `${symbol} ${sizes.join("×")}`;
      let watch = this.#native.get(key);
      if (!watch) {
        this.#native.set(
          key,
          watch = { symbol, sizes, calls: 0, milliseconds: 0, cost: costOf(symbol, args) },
        );
      }
      watch.calls++;
      watch.milliseconds += elapsed;
      return result;
    };
  }

  #timeKernel({ kernelName, kernelFunc }: tf.KernelConfig): tf.KernelFunc {
    return (call) => {
      const [start, nativeBefore] = [performance.now(), this.#inNative];
      const result = kernelFunc(call);
      const elapsed = performance.now() - start - (this.#inNative - nativeBefore);
      this.#script[kernelName] = (this.#script[kernelName] ?? 0) + elapsed;
      return result;
    };
  }
}
