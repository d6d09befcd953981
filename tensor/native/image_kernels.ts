import { type ImageViewsCall, registerImageKernels } from "../ops/image_kernels.ts";
import type { NativeFunctions } from "./ffi.ts";

/**
 * Registers the compiled kernels for images under a device's name. Asynchronous calls run on a thread of Deno's own; where there is no such
 * function, as in WebAssembly, they run at once.
 */
export function registerCompiledImageKernels(name: string, native: NativeFunctions): void {
  const views = (call: ImageViewsCall, alone: boolean): number =>
    native.image_views_f32(...argumentsOf(call), Number(alone));
  registerImageKernels(name, {
    views,
    viewsAsync: "image_views_f32_async" in native
      ? (call) => native.image_views_f32_async(...argumentsOf(call), 1)
      : (call) => Promise.resolve(views(call, false)),
  });
}

type Arguments = Parameters<NativeFunctions["image_views_f32"]> extends [...infer All, unknown] ? All : never;

function argumentsOf({ pixels, images, segments, steps, statistics, out, sizes }: ImageViewsCall): Arguments {
  const kinds = pixels instanceof Uint8Array ? [pixels, null] as const : [null, pixels] as const;
  return [...kinds, images, segments, steps, statistics, out, ...sizes] as Arguments; // any memory will do, shared too
}
