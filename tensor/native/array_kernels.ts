import { type ArrayKernels, registerArrayKernels } from "../ops/array_kernels.ts";
import type { NativeFunctions } from "./ffi.ts";

/**
 * Registers the compiled kernels for plain arrays under a device's name.
 * @param hasThreads Whether asynchronous calls can run on a thread of Deno's own; if not, they run at once.
 */
export function registerCompiledArrayKernels(
  name: string,
  native: NativeFunctions,
  hasThreads: boolean,
): void {
  const augment: ArrayKernels["augment"] = ({ pixels, edits, statistics, work, out, sizes }) =>
    native.augment_f32(pixels, edits, statistics, work, out, ...sizes);
  const augmentAside: ArrayKernels["augmentAsync"] = ({ pixels, edits, statistics, work, out, sizes }) =>
    native.augment_f32_async(pixels, edits, statistics, work, out, ...sizes);
  registerArrayKernels(name, {
    augment,
    augmentAsync: hasThreads ? augmentAside : (call) => Promise.resolve(augment(call)),
  });
}
