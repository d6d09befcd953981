import { startKernels } from "../../tensor/wasm/start.ts";
import type { Memory, RawArgument, Target } from "./_target.ts";

/** The WebAssembly kernels on so many threads. */
export async function wasmTarget(threads: number): Promise<Target> {
  const { functions, memory, isRelaxed, numThreads } = await startKernels(threads);
  const kernels = functions as unknown as Record<string, (...args: unknown[]) => unknown>;
  const isMemory = (arg: RawArgument): arg is Memory => typeof arg === "object" && arg !== null;
  return {
    name: `WebAssembly with ${isRelaxed ? "relaxed " : ""}SIMD, ${numThreads} threads`,
    isChecked: false,
    run: (calls) => {
      const buffers = new Set(calls.flatMap(({ args }) => args.filter(isMemory)));
      const places = new Map([...buffers].map((buffer) => [buffer, memory.take(buffer.bytes.length / 4)]));
      for (const [{ bytes }, block] of places) block.values.set(new Float32Array(bytes.buffer));
      const results = calls.map(({ kernel, args }) =>
        kernels[kernel]!(
          ...args.map((arg) => isMemory(arg) ? places.get(arg)!.values.subarray(arg.offset / 4) : arg),
        )
      );
      for (const [{ bytes }, block] of places) {
        new Float32Array(bytes.buffer).set(block.values);
        memory.give(block);
      }
      return Promise.resolve(Number(results.at(-1) ?? 0));
    },
  };
}
