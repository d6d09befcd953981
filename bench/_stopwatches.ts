import * as tf from "@tensorflow/tfjs-core";
import type { NativeFunctions } from "../tensor/native/ffi.ts";
import { openLibrary } from "../tensor/native/library.ts";
import { BufferPool } from "../tensor/native/pool.ts";
import { registerDevice } from "../tensor/native/register_device.ts";

/** Time by name since the last reading; the names are those of C functions and of tfjs's kernels. */
export type Reading = {
  /** Milliseconds inside each C function. */
  readonly native: Readonly<Record<string, number>>;
  /** Milliseconds that each kernel spends in JavaScript: all of it for one that has no C function, else what surrounds the call. */
  readonly script: Readonly<Record<string, number>>;
};

/** A native device with a stopwatch on every C function and on every kernel; they cost about a microsecond a call. */
export class Stopwatches {
  #native: Record<string, number> = {};
  #script: Record<string, number> = {};
  #inNative = 0; // milliseconds, ever

  /**
   * Registers the device; `useDevice("native")`, called later, finds it.
   * @throws {DeviceError} If the kernels are not built, or for another processor.
   */
  static async install(): Promise<Stopwatches> {
    const stopwatches = new Stopwatches();
    const { functions } = await openLibrary();
    const timed = Object.entries(functions).map(([name, f]) => [name, stopwatches.#timeNative(name, f)]);
    registerDevice("native", Object.fromEntries(timed), new BufferPool(2 ** 31));
    for (const config of tf.getKernelsForBackend("native")) {
      tf.unregisterKernel(config.kernelName, "native");
      tf.registerKernel({ ...config, kernelFunc: stopwatches.#timeKernel(config) });
    }
    return stopwatches;
  }

  /** What was measured since the last call. */
  read(): Reading {
    const reading = { native: this.#native, script: this.#script };
    [this.#native, this.#script] = [{}, {}];
    return reading;
  }

  #timeNative(name: string, f: NativeFunctions[keyof NativeFunctions]): (...args: never[]) => unknown {
    return (...args) => {
      const start = performance.now();
      const result = (f as (...args: never[]) => unknown)(...args);
      const elapsed = performance.now() - start;
      this.#inNative += elapsed;
      this.#native[name] = (this.#native[name] ?? 0) + elapsed;
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
