import * as tf from "@tensorflow/tfjs-core";
import { DeviceError } from "../device_error.ts";

/** Starts tfjs's WebGPU device on the first adapter the machine offers. */
export async function startWebgpu(): Promise<string> {
  const adapter = await globalThis.navigator?.gpu?.requestAdapter();
  if (!adapter) {
    throw new DeviceError(
      "no WebGPU adapter: install a Vulkan driver (Debian's mesa-vulkan-drivers has one in software)",
    );
  }
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!await tf.setBackend("webgpu")) throw new DeviceError("tfjs could not open the WebGPU adapter");
  const { description, vendor, isFallbackAdapter } = adapter.info;
  return `${description || vendor}${isFallbackAdapter ? ", in software" : ""}`;
}
