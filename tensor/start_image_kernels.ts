import { DeviceError } from "./device_error.ts";
import { openLibrary } from "./native/library.ts";
import { registerCompiledImageKernels } from "./native/image_kernels.ts";
import { BufferPool } from "./native/pool.ts";
import { selectImageKernels } from "./ops/image_kernels.ts";
import { startKernels } from "./wasm/start.ts";

/**
 * Starts the kernels that make images' views and no others, for a worker that prepares batches: `useDevice()` without tfjs, which takes a
 * worker longer to load than its first batch to make.
 * @param device `native`, `wasm` on one thread, `cpu` for plain JavaScript, or `auto` for the first of them that works.
 * @returns The device.
 * @throws {DeviceError} If the name is none of them, or that device cannot be used here.
 */
export async function startImageKernels(
  device: "native" | "wasm" | "cpu" | "auto" = "auto",
): Promise<"native" | "wasm" | "cpu"> {
  switch (device) {
    case "native":
      registerCompiledImageKernels("native", (await openLibrary()).functions, new BufferPool(0));
      break;
    case "wasm": {
      const { functions, memory } = await startKernels(1);
      registerCompiledImageKernels("wasm", functions, memory);
      break;
    }
    case "cpu":
      break;
    case "auto":
      for (const candidate of ["native", "wasm"] as const) {
        try {
          return await startImageKernels(candidate);
        } catch (error) {
          if (!(error instanceof DeviceError || error instanceof Deno.errors.NotCapable)) throw error;
        }
      }
      return await startImageKernels("cpu");
    default:
      throw new DeviceError(`Unknown device "${device}" for images: choose one of auto, native, wasm, cpu`);
  }
  selectImageKernels(device);
  return device;
}
