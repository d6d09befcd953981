import { type ArrayKernels, registerArrayKernels } from "../ops/array_kernels.ts";
import type { NativeFunctions } from "./ffi.ts";

/**
 * Registers the compiled kernels for plain arrays under a device's name. Asynchronous calls run on a thread of Deno's own; where there
 * is no such function, as in WebAssembly, they run at once.
 */
export function registerCompiledArrayKernels(name: string, native: NativeFunctions): void {
  const augment: ArrayKernels["augment"] = ({ pixels, edits, statistics, work, out, sizes }) =>
    native.augment_f32(pixels, edits, statistics, work, out, ...sizes);
  const augmentAside: ArrayKernels["augmentAsync"] = ({ pixels, edits, statistics, work, out, sizes }) =>
    native.augment_f32_async(pixels, edits, statistics, work, out, ...sizes);
  registerArrayKernels(name, {
    augment,
    augmentAsync: "augment_f32_async" in native ? augmentAside : (call) => Promise.resolve(augment(call)),
  });
}
