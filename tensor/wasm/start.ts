import { DeviceError } from "../device_error.ts";
import type { NativeFunctions } from "../native/ffi.ts";
import { kernelNames } from "./kernel_names.ts";
import { WasmMemory } from "./memory.ts";
import { builtin, startWorker } from "./workers.ts";

const [initialPages, mostPages] = [256, 65536]; // of 64 KiB: from 16 MiB to 4 GiB
const stackSize = 2 ** 18; // bytes of a worker's stack
const mostThreads = 64;

/** The kernels in WebAssembly, ready to run. */
export type WasmKernels = {
  readonly functions: NativeFunctions;
  readonly memory: WasmMemory;
  /** Whether it is the variant with multiply-add. */
  readonly isRelaxed: boolean;
  readonly numThreads: number;
};

/**
 * Starts the fastest variant that the engine can run.
 * @param wanted Threads, ≥ 1; without, one for each core. Where memory cannot be shared, there is one.
 * @throws {DeviceError} If the engine has no SIMD.
 */
export async function startKernels(wanted?: number): Promise<WasmKernels> {
  if (!canRun(2, addition)) throw new DeviceError("this engine's WebAssembly has no SIMD");
  const isRelaxed = canRun(3, multiplyAdd);
  const asked = canShare() ? Math.min(wanted ?? numCores(), mostThreads) : 1;
  const shared = asked > 1 ? makeShared() : undefined;
  const { base64 } = await load(isRelaxed, shared !== undefined);
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const module = await WebAssembly.compile(bytes);
  const memory = shared ?? new WebAssembly.Memory({ initial: initialPages, maximum: mostPages });
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  const run = exports as Exports;
  const kernelMemory = new WasmMemory(memory, (bytes) => run.take_memory!(bytes) >>> 0);
  const expected = shared ? asked : 1;
  run.use_threads!(expected);
  const numHelpers = await startHelpers(expected - 1, { module, memory }, run);
  const functions = kernelNames().map((name) => {
    const kernel = run[name];
    if (!kernel) throw new DeviceError(`its modules lack ${name}: run \`deno task build:wasm\``);
    return [name, (...args: Parameter[]) => kernelMemory.call(kernel, args)] as const;
  });
  return {
    functions: Object.fromEntries(functions) as unknown as NativeFunctions,
    memory: kernelMemory,
    isRelaxed,
    numThreads: 1 + numHelpers,
  };
}

type Exports = Record<string, (...args: number[]) => number>;
type Parameter = ArrayBufferView | number | null;

/** One variant's module. */
async function load(isRelaxed: boolean, hasThreads: boolean): Promise<{ base64: string }> {
  if (isRelaxed) {
    return hasThreads ? await import("./kernels_relaxed_threads.ts") : await import("./kernels_relaxed.ts");
  }
  return hasThreads ? await import("./kernels_simd_threads.ts") : await import("./kernels_simd.ts");
}

/** A memory that workers share, if the engine has so many addresses left: it may keep all that the memory can grow to. */
function makeShared(): WebAssembly.Memory | undefined {
  try {
    return new WebAssembly.Memory({ initial: initialPages, maximum: mostPages, shared: true });
  } catch {
    return undefined;
  }
}

/** Starts workers that help; how many there are. Where a page's policy forbids them, the caller does all the work itself. */
async function startHelpers(
  count: number,
  { module, memory }: { module: WebAssembly.Module; memory: WebAssembly.Memory },
  run: Exports,
): Promise<number> {
  const starts = Array.from({ length: count }, () => {
    const stack = (run.take_memory!(stackSize) >>> 0) + stackSize;
    const locals = run.take_memory!((run.__tls_size as unknown as WebAssembly.Global).value) >>> 0;
    return startWorker({ module, memory, stack, locals });
  });
  return (await Promise.allSettled(starts)).filter(({ status }) => status === "fulfilled").length;
}

const [addition, multiplyAdd] = [[0xfd, 0xe4, 0x01], [0xfd, 0x85, 0x02]];

/** Whether the engine knows an instruction on so many vectors: whether a module with nothing else is valid. */
function canRun(numVectors: number, instruction: readonly number[]): boolean {
  const zeros = Array.from({ length: numVectors }, () => [0x41, 0x00, 0xfd, 0x0f]).flat(); // i8x16.splat(0)
  const body = [0x00, ...zeros, ...instruction, 0x0b];
  const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  const types = [0x01, 0x05, 0x01, 0x60, 0x00, 0x01, 0x7b, 0x03, 0x02, 0x01, 0x00]; // one function gives a vector
  return WebAssembly.validate(
    new Uint8Array([...header, ...types, 0x0a, body.length + 2, 0x01, body.length, ...body]),
  );
}

/** Whether workers may share memory; pages must be isolated from other origins for it. */
function canShare(): boolean {
  const { crossOriginIsolated } = globalThis as { crossOriginIsolated?: boolean };
  return typeof SharedArrayBuffer === "function" && (crossOriginIsolated ?? true);
}

function numCores(): number {
  const os = builtin<{ availableParallelism(): number }>("node:os");
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 1;
}
